/**
 * The terminal's mode is changed, and changed back, only from here, by `stty` in a small shell that ignores every signal
 * it can: such a child may set the mode from the background too, where a process of Node would be stopped by SIGTTOU.
 * The shell lives as long as a pipe from us. When that pipe ends before it was dismissed, we died: it restores the mode.
 * On Linux it is in a session of its own, out of reach of a SIGKILL for our whole group; a terminal that is not the
 * session's own takes a mode from it all the same. Elsewhere `/dev/tty`, once opened, may lead nowhere from there.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync } from "node:fs";
import { OUTLIVES } from "../processes/kill-tree.ts";
import { openTerminal } from "./ownership.ts";

/** The keys that mean something to the terminal itself, as its user has set them; undefined for one that is off. */
export interface ControlKeys {
  interrupt: string | undefined;
  quit: string | undefined;
  suspend: string | undefined;
  end: string | undefined;
  kill: string | undefined;
}

export interface TerminalMode {
  /** Line by line and with echo: as a shell leaves it for its commands. Otherwise a full-screen program owns it. */
  cooked: boolean;
  keys: ControlKeys;
}

export interface TerminalGuard {
  found: TerminalMode;
  /** Gives us every key as it is typed; false when that failed, and then nothing was changed for long. */
  makeRaw(): Promise<boolean>;
  /** Puts the found mode back before it returns, unless somebody else has set another one since. */
  restore(): void;
  /** Restores what is not restored yet and ends the shell; returns when it is gone. */
  dismiss(): Promise<void>;
}

const SH = "/bin/sh";
const SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin";
const IGNORE_SIGNALS = "trap '' HUP INT QUIT TERM PIPE TSTP TTIN TTOU";
/** Output stays processed, so that what others print meanwhile keeps its shape. */
const RAW = "-icanon -echo -isig -iexten -icrnl -inlcr -igncr -ixon -brkint -istrip min 1 time 0";

/**
 * It has the terminal as descriptor 3, opened by us: `/dev/tty` cannot be opened from another session, nor once the
 * session's leader is gone. A shell that takes the terminal back after our death sets its own mode within a moment: that
 * moment is left to it, where sleep takes a fraction.
 */
const GUARD = `${IGNORE_SIGNALS}
found=$(stty -g <&3) && stty -a <&3 && echo "found $found" || exit 1
raw= asked=
while read -r word; do
  case $word in
    raw) asked=1; stty ${RAW} <&3 && raw=$(stty -g <&3); echo "raw $raw" ;;
    keep) exit 0 ;;
  esac
done
[ "$asked" ] || exit 0
sleep 0.05 2>/dev/null
[ "$raw" ] && [ "$(stty -g <&3)" != "$raw" ] || stty "$found" <&3
`;

/** Its standard input is the terminal. `$1` is the mode to set and `$2` the one we had set. */
const RESTORE = `${IGNORE_SIGNALS}
[ "$(stty -g)" != "$2" ] || stty "$1"`;

const PATIENCE_MS = 5_000;

/**
 * Starts the guard. `searchPath` is where to look for stty besides the system's own directories.
 * undefined when there is no terminal, shell or stty: nothing may be asked then, since nothing could be restored.
 */
export async function startGuard(searchPath = ""): Promise<TerminalGuard | undefined> {
  const terminal = openTerminal();
  if (terminal === undefined) return undefined;
  const env = sttyEnvironment(searchPath);
  const shell = spawn(SH, ["-c", GUARD], {
    ...{ env: { ...env, ...OUTLIVES }, cwd: "/", detached: process.platform === "linux" },
    stdio: ["pipe", "pipe", "ignore", terminal],
  });
  closeSync(terminal);
  const gone = new Promise<void>((resolve) => {
    shell.once("close", () => resolve());
    shell.once("error", () => resolve());
  });
  const say = (text: string) => shell.stdin?.writable && shell.stdin.write(text);
  shell.stdin?.on("error", () => {});
  const answer = answers(shell);
  const report = await answer(/^found (\S+)$/m);
  const foundMode = report?.[1];
  const dismissAs = async (word: string) => {
    shell.stdin?.end(word);
    await Promise.race([gone, patience()]);
    shell.stdout?.destroy();
    shell.unref();
  };
  if (report === undefined || foundMode === undefined) {
    await dismissAs("keep\n");
    return undefined;
  }
  let rawMode: string | undefined;
  let restored = true;
  const restore = () => {
    if (!restored && rawMode) restored = setMode(foundMode, rawMode, env);
  };
  return {
    found: parseMode(report.input ?? ""),
    async makeRaw() {
      restored = false;
      say("raw\n");
      rawMode = (await answer(/^raw (\S*)$/m))?.[1];
      return rawMode !== undefined && rawMode !== "";
    },
    restore,
    async dismiss() {
      restore();
      // Without the word the shell takes the end of its input for our death, and does itself what we could not.
      await dismissAs(restored ? "keep\n" : "");
    },
  };
}

/** Looks at the mode the terminal is in now, without changing it; undefined when there is none or it cannot be read. */
export function readTerminalMode(searchPath = ""): TerminalMode | undefined {
  const fd = openTerminal();
  if (fd === undefined) return undefined;
  const env = sttyEnvironment(searchPath);
  const { status, stdout } = spawnSync("stty", ["-a"], {
    ...{ env, cwd: "/", encoding: "utf8", timeout: PATIENCE_MS },
    stdio: [fd, "pipe", "ignore"],
  });
  closeSync(fd);
  return status === 0 ? parseMode(stdout) : undefined;
}

/** Reads what `stty -a` prints; GNU, BSD and busybox agree on these words. */
export function parseMode(report: string): TerminalMode {
  const isOn = (flag: string) => new RegExp(`(?<![-\\w])${flag}(?!\\w)`).test(report);
  const key = (name: string) => controlCharacter(new RegExp(`\\b${name} = ([^;]+);`).exec(report)?.[1]);
  return {
    cooked: isOn("icanon") && isOn("echo"),
    keys: { interrupt: key("intr"), quit: key("quit"), suspend: key("susp"), end: key("eof"), kill: key("kill") },
  };
}

/** `^C` is Ctrl-C, `^?` is Delete, `<undef>` is none; a key that is no control character is left alone. */
function controlCharacter(notation: string | undefined): string | undefined {
  const letter = /^\^([?-_])$/.exec(notation?.trim() ?? "")?.[1];
  return letter === undefined ? undefined : String.fromCharCode(letter.charCodeAt(0) ^ 0x40);
}

function setMode(mode: string, unlessChangedFrom: string, env: NodeJS.ProcessEnv): boolean {
  const fd = openTerminal();
  if (fd === undefined) return false;
  const { status } = spawnSync(SH, ["-c", RESTORE, SH, mode, unlessChangedFrom], {
    ...{ env, cwd: "/", timeout: PATIENCE_MS, killSignal: "SIGKILL" as const },
    stdio: [fd, "ignore", "ignore"],
  });
  closeSync(fd);
  return status === 0;
}

/** Nothing of ours but where to find stty: no secret, no `ENV` to run, one language. */
function sttyEnvironment(searchPath: string): NodeJS.ProcessEnv {
  return { PATH: searchPath === "" ? SYSTEM_PATH : `${SYSTEM_PATH}:${searchPath}`, LC_ALL: "C" };
}

function answers(shell: ChildProcess) {
  let heard = "";
  let over = false;
  let wake = () => {};
  const end = () => {
    over = true;
    wake();
  };
  shell.once("error", end);
  shell.once("close", end);
  shell.stdout?.setEncoding("utf8").on("data", (text: string) => {
    heard += text;
    wake();
  });
  return (line: RegExp) =>
    new Promise<RegExpExecArray | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
      wake = () => {
        const match = line.exec(heard);
        if (match === null && !over) return;
        clearTimeout(timer);
        resolve(match ?? undefined);
      };
      wake();
    });
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
}
