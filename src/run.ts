/** argv -> command -> result. The one place where everything that is thrown becomes a line and an exit status. */

import { type ParsedCommand, parseCommand, parseDeadline } from "./args.ts";
import type { Tools } from "./commands/command.ts";
import { get } from "./commands/get/get.ts";
import type { Context, Log } from "./runtime/context.ts";
import { withDeadline } from "./runtime/deadline.ts";
import { terminalOptions } from "./runtime/environment.ts";
import { type AskonceError, asAskonceError } from "./runtime/errors.ts";
import { openLog } from "./runtime/log.ts";
import type { Program } from "./runtime/program.ts";
import type { Streams } from "./runtime/streams.ts";

/** Go's SDKs and Kotlin throw away what comes after 60 s. */
const DEADLINE_SECONDS = 55;
const TELLING_MS = 300;

/** A call of the program: its words, and who calls it. */
export interface Invocation extends Pick<Context, "env" | "uid" | "startedAtMs"> {
  readonly argv: readonly string[];
}

/** Runs one command line. Returns the exit status; never rejects. */
export async function run(invocation: Invocation, streams: Streams, program: Program): Promise<number> {
  const { argv, env, uid, startedAtMs } = invocation;
  let log = openLog(env.ASKONCE_LOG, startedAtMs, uid);
  let command: ParsedCommand | undefined;
  try {
    command = parseCommand(argv);
    if ("flags" in command && command.flags.log !== undefined) log = openLog(command.flags.log, startedAtMs, uid);
    log("started", { verb: command.verb, version: program.version });
    const status = await runCommand(command, invocation, log, streams, program);
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
    if (error.code !== "interrupted") await tellFailure(error, invocation, streams, command?.verb === "get");
    return error.status;
  }
}

async function runCommand(
  command: ParsedCommand,
  invocation: Invocation,
  log: Log,
  streams: Streams,
  program: Program,
): Promise<number> {
  const within = (seconds: number, profile: string, work: (tools: Tools) => Promise<number>): Promise<number> =>
    withDeadline(invocation, log, seconds, profile, (context) => work({ streams, program, context }));
  switch (command.verb) {
    case "help": {
      const { helpFor } = await import("./commands/help/help.ts");
      const { COMMANDS } = await import("./commands/registry.ts");
      await streams.writeOut(await helpFor(command.about, COMMANDS, streams.stdoutColumns()));
      return 0;
    }
    case "version":
      await streams.writeOut(`${program.version}\n`);
      return 0;
    case "get": {
      const { flags, name } = command;
      const fromEnvironment = parseDeadline(invocation.env.ASKONCE_DEADLINE, "ASKONCE_DEADLINE");
      const seconds = flags.deadlineSeconds ?? fromEnvironment ?? DEADLINE_SECONDS;
      return within(seconds, name, (tools) => get(command, tools));
    }
    case "login": {
      const { login } = await import("./commands/login/login.ts");
      const { flags, name = "" } = command;
      return within(flags.deadlineSeconds ?? Number.POSITIVE_INFINITY, name, (tools) => login(command, tools));
    }
    case "logout": {
      const { logout } = await import("./commands/logout/logout.ts");
      return within(Number.POSITIVE_INFINITY, command.name ?? "", (tools) => logout(command, tools));
    }
    case "other": {
      const { commandNamed } = await import("./commands/find.ts");
      const { COMMANDS } = await import("./commands/registry.ts");
      const { run: runIt } = await commandNamed(command.name, COMMANDS);
      return within(Number.POSITIVE_INFINITY, "", (tools) => runIt(command.words, { ...tools, commands: COMMANDS }));
    }
  }
}

/** "Did you mean", where a word is not known. */
async function withBetterHint(error: AskonceError): Promise<AskonceError> {
  if (error.meant === undefined) return error;
  const { asMeant } = await import("./runtime/meant.ts");
  return asMeant(error, error.meant);
}

/** One line on stderr, and once more on the terminal where stderr is somebody else's: several SDKs hide it. */
async function tellFailure(
  error: AskonceError,
  invocation: Invocation,
  streams: Streams,
  onTerminalToo: boolean,
): Promise<void> {
  // A reader that does not read must not keep the process.
  await Promise.race([streams.writeErr(`${error.line}\n`), new Promise((resolve) => setTimeout(resolve, TELLING_MS))]);
  if (!onTerminalToo || streams.stderrIsTerminal) return;
  const { sayOncePerCommand } = await import("./edge/say-failure.ts");
  await sayOncePerCommand(error.line, invocation, terminalOptions(invocation.env));
}

function stackOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return typeof cause;
  const { code = "" } = cause as NodeJS.ErrnoException;
  // Its message may hold anything, a command line for one.
  const frames = (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [`${cause.name} ${code}`.trim(), ...frames].join("\n");
}
