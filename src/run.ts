/** argv -> command -> result. The one place where everything that is thrown becomes a line and an exit status. */

import { type Command, parseCommand, parseDeadline } from "./args.ts";
import { get } from "./commands/get.ts";
import type { Context } from "./runtime/context.ts";
import { withDeadline } from "./runtime/deadline.ts";
import { terminalOptions } from "./runtime/environment.ts";
import { type AskonceError, asAskonceError } from "./runtime/errors.ts";
import { openLog } from "./runtime/log.ts";
import type { Ports } from "./runtime/ports.ts";

/** Go's SDKs and Kotlin throw away what comes after 60 s. */
const DEADLINE_SECONDS = 55;
const TELLING_MS = 300;

/** Runs one command line. Returns the exit status; never rejects. */
export async function run(ports: Ports): Promise<number> {
  let log = openLog(ports.env.ASKONCE_LOG, ports.startedAtMs, ports.uid);
  let command: Command | undefined;
  try {
    command = parseCommand(ports.argv);
    if ("flags" in command && command.flags.log !== undefined)
      log = openLog(command.flags.log, ports.startedAtMs, ports.uid);
    log("started", { verb: command.verb, version: ports.version });
    const status = await runCommand(command, ports, log);
    log("done", { status });
    return status;
  } catch (thrown) {
    const error = await withBetterHint(asAskonceError(thrown));
    log("failed", {
      code: error.code,
      message: error.message,
      stack: error.code === "bug" ? stackOf(error.cause) : undefined,
    });
    // Whoever interrupted knows, and shells say nothing then either.
    if (error.code !== "interrupted") await tellFailure(error, ports, command?.verb === "get");
    return error.status;
  }
}

async function runCommand(command: Command, ports: Ports, log: Context["log"]): Promise<number> {
  switch (command.verb) {
    case "help": {
      const { helpFor } = await import("./commands/help/help.ts");
      await ports.writeOut(await helpFor(command.about, ports.stdoutColumns()));
      return 0;
    }
    case "version":
      await ports.writeOut(`${ports.version}\n`);
      return 0;
    case "get": {
      const seconds =
        command.flags.deadlineSeconds ??
        parseDeadline(ports.env.ASKONCE_DEADLINE, "ASKONCE_DEADLINE") ??
        DEADLINE_SECONDS;
      return withDeadline(ports, log, seconds, command.name, (context) => get(command, ports, context));
    }
    case "login": {
      const { login } = await import("./commands/login.ts");
      return withDeadline(
        ports,
        log,
        command.flags.deadlineSeconds ?? Number.POSITIVE_INFINITY,
        command.name ?? "",
        (context) => login(command, ports, context),
      );
    }
    case "logout": {
      const { logout } = await import("./commands/logout.ts");
      return withDeadline(ports, log, Number.POSITIVE_INFINITY, command.name ?? "", (context) =>
        logout(command, ports, context),
      );
    }
    case "other": {
      const { personCommand } = await import("./commands/help/help.ts");
      const { run: runIt } = await personCommand(command.name);
      return withDeadline(ports, log, Number.POSITIVE_INFINITY, "", (context) => runIt(command.words, ports, context));
    }
  }
}

/** "Did you mean", where a word is not known. */
async function withBetterHint(error: AskonceError): Promise<AskonceError> {
  if (error.meant === undefined) return error;
  const { asMeant } = await import("./text/near-words.ts");
  return asMeant(error, error.meant);
}

/** One line on stderr, and once more on the terminal where stderr is somebody else's: several SDKs hide it. */
async function tellFailure(error: AskonceError, ports: Ports, onTerminalToo: boolean): Promise<void> {
  // A reader that does not read must not keep the process.
  await Promise.race([ports.writeErr(`${error.line}\n`), new Promise((resolve) => setTimeout(resolve, TELLING_MS))]);
  if (!onTerminalToo || ports.stderrIsTerminal) return;
  const { sayOncePerCommand } = await import("./edge/say-failure.ts");
  await sayOncePerCommand(error.line, ports, terminalOptions(ports.env));
}

function stackOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return typeof cause;
  const { code = "" } = cause as NodeJS.ErrnoException;
  // Its message may hold anything, a command line for one.
  const frames = (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [`${cause.name} ${code}`.trim(), ...frames].join("\n");
}
