/** The line that clients run: each of them takes it apart in its own way, some without a shell, some without your PATH. */

import { isAbsolute, posix } from "node:path";
import { shellWord } from "../../text/shell-words.ts";
import type { CallingProfile, Facts, ProfileFacts } from "../facts.ts";
import { type Fix, fail, ok, type Verdict, warn } from "../finding.ts";
import { asList, meant, nearestName, shownPath } from "../wording.ts";

/** Directories with a version in their name: an upgrade of Node makes another one. */
const VERSIONED =
  /\/(?:\.nvm\/versions\/node|fnm(?:_multishells|\/node-versions)|\.asdf\/installs\/nodejs|mise\/installs\/node|\.nodenv\/versions|\.volta\/tools|_npx|\.pnpm|Cellar\/node(?:@\d+)?)\//;

/** What is in the text of a command and needs a shell: how people call it. */
const SHELL_ONLY: readonly (readonly [RegExp, string])[] = [
  [/~/, "~"],
  [/\$/, "a variable"],
  [/^\s*\w+=/, "a variable before the command"],
  [/[|;&<>]/, "a pipe, a list or a redirection"],
  [/`/, "a substitution"],
  [/#/, "a comment"],
  [/[*?[\]{}()!]/, "a sign that a shell means something by"],
  [/\n/, "a line below it"],
];

export function checkCommandLine(facts: Facts, subject: ProfileFacts): Verdict[] {
  const { callers, request, name, missing } = subject;
  if (missing !== undefined) return [];
  if (callers.length === 0) {
    if (request === undefined) return [];
    const program = facts.program.launcher ?? "askonce-get";
    const cure = facts.verbs.has("setup")
      ? `askonce setup, or [profile …] with credential_process = ${program} ${shellWord(name)}`
      : `a [profile …] with credential_process = ${program} ${shellWord(name)}`;
    return [warn(`no profile calls askonce for ${name}: no program asks for its session`, cure)];
  }
  return callers.flatMap((caller) => {
    const found = judge(caller, facts);
    return found.length > 0 ? found : [ok(soundLine(caller, facts))];
  });
}

function soundLine({ profile, path = "", isLauncher, words }: CallingProfile, { home, platform }: Facts): string {
  const line = [shownPath(path, home), ...words.slice(1)].join(" ");
  const faster = isLauncher || platform === "win32" ? "" : " (askonce-get NAME answers faster)";
  return `[${profile}] runs ${line}${faster}`;
}

function judge(caller: CallingProfile, facts: Facts): Verdict[] {
  const { profile, complaint, name, needsShell, command, words } = caller;
  const where = `credential_process of ${profile}`;
  if (complaint !== undefined) return [fail(`${where}: ${complaint.message}`, complaint.hint)];
  const known = facts.files.shared?.profiles;
  if (name !== undefined && known !== undefined && !known.has(name)) {
    const near = nearestName(name, known.keys());
    const cure = `have it ask for ${near === undefined ? "the profile with the keys" : shellWord(near)}`;
    return [fail(`${where} asks for ${name}, and there is no such profile${meant(near)}`, cure)];
  }
  if (!endsItsQuotes(command))
    return [
      fail(
        `${where} has a quote that does not end: no client runs it`,
        `credential_process = ${soundCommand(caller, facts)}`,
      ),
    ];
  if (needsShell) {
    const what = SHELL_ONLY.filter(([sign]) => sign.test(command)).map(([, word]) => word);
    return [
      fail(
        `${where} has ${asList(what.slice(0, 2)) || "what only a shell understands"}: the CLI runs it without a shell`,
        `credential_process = ${soundCommand(caller, facts)}`,
        absolute(caller, facts),
      ),
    ];
  }
  if (words.some((word) => word === "npx" || word.endsWith("/npx")))
    return [
      warn(
        `${where} goes through npx, which takes its time at each call`,
        "npm install --global askonce, and name its askonce-get by the whole path",
      ),
    ];
  return [...quoting(caller, facts), ...program(caller, facts)];
}

/** As sh and Python's shlex take a line apart; in a path of Windows the backslash is no escape. */
function endsItsQuotes(command: string): boolean {
  const isWindows = /^\s*"?[A-Za-z]:\\/.test(command);
  const whole = isWindows ? /"[^"]*"|'[^']*'/g : /\\.|'[^']*'|"(?:\\.|[^"\\])*"/gs;
  return !/["']/.test(command.replace(whole, ""));
}

function quoting({ profile, command }: CallingProfile, { platform }: Facts): Verdict[] {
  const where = `credential_process of ${profile}`;
  const found: Verdict[] = [];
  if (/\\["']/.test(command) || (platform !== "win32" && /\\/.test(command)))
    found.push(
      fail(`${where} has a backslash: Go and Terraform read it otherwise than the CLI`, "use a path without blanks"),
    );
  else if (/'/.test(command))
    found.push(
      warn(`${where} has single quotes, which are no quotes on Windows and for some SDKs`, 'use "double" ones'),
    );
  else if (/"/.test(command) && platform === "win32")
    found.push(
      warn(
        `${where} has quotes, which cmd.exe takes off: Go, Java and .NET run it by that`,
        "use a path without blanks",
      ),
    );
  return found;
}

function program(caller: CallingProfile, facts: Facts): Verdict[] {
  const { profile, words, path, isExecutable, isOnBarePath, isLauncher, needsNodeOnPath } = caller;
  const [given = ""] = words;
  const where = `credential_process of ${profile}`;
  const fix = absolute(caller, facts);
  const cure = `credential_process = ${soundCommand(caller, facts)}`;
  const isPath = isAbsolute(given) || /^[A-Za-z]:\\/.test(given);
  if (/[\\/]/.test(given) && !isPath)
    return [fail(`${where} runs ${given}, which is another one in each directory`, cure, fix)];
  if (path === undefined)
    return [fail(`${where} runs ${given}, which is ${isPath ? "not there" : "not on PATH"}`, cure, fix)];
  if (!isExecutable)
    return [
      fail(`${where} runs ${shownPath(path, facts.home)}, which is not executable`, `chmod +x ${shellWord(path)}`),
    ];
  // On Windows PATH is the same for all.
  if (!isPath && facts.platform === "win32") return [];
  if (!isPath) {
    const gap = isOnBarePath
      ? "PATH, which others may set otherwise"
      : "your PATH, which programs started from the desktop do not have";
    return [warn(`${where} looks for ${given} on ${gap}`, cure, fix)];
  }
  if (VERSIONED.test(path))
    return [
      warn(
        `${where} names a directory of one version of Node: it is gone after an upgrade`,
        isLauncher
          ? `install -D -m 755 ${shellWord(path)} ~/.local/bin/askonce-get, and name that by its whole path`
          : "install askonce outside of the version manager, and name that",
      ),
    ];
  if (needsNodeOnPath && !facts.program.isNodeOnBarePath)
    return [warn(`${where} needs node on PATH, and programs started from the desktop have none there`, cure, fix)];
  if (isLauncher && !facts.program.isNodeOnBarePath && facts.program.remembered?.isThere !== true)
    return [
      warn(
        `${where} needs node, which programs started from the desktop do not find`,
        "askonce login once: askonce-get remembers the Node it ran on",
      ),
    ];
  return [];
}

/** The same by a whole path: the launcher's, where there is one. */
function absolute(caller: CallingProfile, facts: Facts): Extract<Fix, { kind: "command" }> | undefined {
  const { config, credentials } = facts.files;
  const { profile, command } = caller;
  const file = [credentials, config].find((one) => one.profiles.get(profile)?.credential_process !== undefined);
  const sound = soundCommand(caller, facts);
  // What a shell would make of it is not ours to guess.
  if (
    file === undefined ||
    caller.needsShell ||
    caller.name === undefined ||
    /[\s"'\\]/.test(programFor(caller, facts))
  )
    return undefined;
  return { kind: "command", profile, path: file.link ?? file.path, was: command, now: sound };
}

function programFor({ path }: CallingProfile, { program }: Facts): string {
  return program.launcher ?? path ?? "/path/to/askonce-get";
}

function soundCommand(caller: CallingProfile, facts: Facts): string {
  const program = programFor(caller, facts);
  const start = caller.words.indexOf("get") + 1;
  const args = caller.isLauncher
    ? caller.words.slice(1)
    : start > 0
      ? caller.words.slice(start)
      : [caller.name ?? "NAME"];
  const verb = posix.basename(program).startsWith("askonce-get") ? [] : ["get"];
  return [program, ...verb, ...args].join(" ");
}
