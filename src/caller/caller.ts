/**
 * Which program askonce runs for, as a person would call it: `terraform apply`, `aws s3`, `node deploy.js`.
 *
 * Its arguments may hold secrets: the program and its subcommand are all that is ever shown.
 */

import { oneLine } from "../runtime/errors.ts";
import { knownCommand, subcommandOf } from "./known-commands.ts";
import { asScript, type CallingProgram, type CommandLine, programOf, scriptName } from "./program-name.ts";

const MOST_LEVELS = 16;
const LONGEST_NAME = 40;

/** Shells, and which of their flags are one word; one that ends with `o` has the next word for its value (`-o pipefail`). */
const POSIX_FLAG = /^[-+][abefhiklmnprstuvxBEHP]*[oO]?$|^--(?:login|posix|norc|noprofile|restricted)$/;
const SHELLS = new Map([
  ...["sh", "bash", "rbash", "dash", "ash", "zsh", "ksh", "mksh", "yash"].map((name) => [name, POSIX_FLAG] as const),
  ...["fish", "csh", "tcsh", "nu", "elvish", "xonsh", "pwsh"].map((name) => [name, /^-l$/] as const),
]);

/** They run what they are told to, and so does an askonce whose keys come from another one. */
const WRAPPERS = new Set([
  ...["env", "timeout", "gtimeout", "nice", "ionice", "nohup", "setsid", "stdbuf", "xargs", "time", "chrt", "taskset"],
  ...["sudo", "doas", "su", "runuser", "script", "unbuffer", "chronic", "flock", "strace", "caffeinate"],
  ...["tini", "dumb-init", "askonce", "askonce-get"],
]);

/** Parts of a tool that are programs of their own: the tool is what a person started. */
const PLUGIN = /^(?:terraform-provider-|pulumi-(?:resource|language)-)|-plugin/;

/** What stands above a shell at which a person types: met first, it means that askonce was typed there. */
const ABOVE_PEOPLE = new Set([
  ...["init", "systemd", "launchd", "login", "agetty", "getty", "sshd", "sshd-session", "sshd-auth", "dropbear"],
  ...["tmux", "screen", "zellij", "mosh-server", "ttyd", "xterm", "uxterm", "rxvt", "urxvt", "urxvtd", "st", "foot"],
  ...["footclient", "gnome-terminal", "gnome-terminal-server", "kgx", "ptyxis", "ptyxis-agent", "konsole", "yakuake"],
  ...["xfce4-terminal", "mate-terminal", "lxterminal", "qterminal", "terminator", "tilix", "guake", "terminology"],
  ...["alacritty", "kitty", "wezterm", "wezterm-gui", "ghostty", "rio", "iterm", "iterm2", "terminal", "warp", "hyper"],
]);

type Judgement = "higher" | "no program" | CallingProgram;

/**
 * The program that runs a process, by the command lines above it, the parent's first: 40 printable characters at most;
 * undefined where a person typed askonce or nothing can be told (Windows, hidden processes). Pure.
 *
 * @param ownScript the script Node runs as askonce, where its path alone does not tell
 */
export function callingProgramOf(lines: Iterable<CommandLine>, ownScript?: string): string | undefined {
  let levels = 0;
  for (const line of lines) {
    if (++levels > MOST_LEVELS) return undefined;
    const judgement = judge(line, ownScript);
    if (judgement === "no program") return undefined;
    if (judgement !== "higher") return shown(judgement);
  }
  return undefined;
}

function judge(line: CommandLine, ownScript: string | undefined): Judgement {
  const program = programOf(line);
  // So a login shell is started.
  if (program === undefined || program.name.startsWith("-")) return "no program";
  if (PLUGIN.test(program.name)) return "higher";
  const flag = SHELLS.get(program.name);
  const found = flag === undefined ? asScript(program, ownScript) : judgeShell(program, flag);
  if (typeof found === "string") return found;
  if (WRAPPERS.has(found.name)) return "higher";
  return ABOVE_PEOPLE.has(found.name.toLowerCase()) ? "no program" : found;
}

/** A shell runs a command for somebody above it, or a script, or a person types at it. */
function judgeShell(shell: CallingProgram, knownFlag: RegExp): Judgement {
  const alone = { ...shell, args: [] };
  let isTyped = false;
  let readsInput = false;
  let at = 0;
  for (; at < shell.args.length; at++) {
    const word = shell.args[at] ?? "";
    if (word === "--") at++;
    if (word === "--" || !/^[-+]./.test(word)) break;
    if (/^-[a-z]*c|^--?command\b/i.test(word)) return "higher";
    readsInput ||= /^-[a-z]*s/.test(word);
    // A flag that is not known may have the next word for its value, as `--rcfile` has, which is for people.
    isTyped ||= /^-[a-z]*i/.test(word) || !knownFlag.test(word);
    if (/o$/i.test(word) && /^[a-z_]+$/i.test(shell.args[at + 1] ?? "")) at++;
  }
  if (isTyped) return "no program";
  if (readsInput) return alone;
  const [script, ...args] = shell.args.slice(at);
  if (script === undefined) return "no program";
  const name = scriptName(script);
  if (name === undefined) return alone;
  const known = knownCommand(name);
  return { ...shell, name: known ?? name, args: known === undefined ? [] : args };
}

function shown({ name, args, exact }: CallingProgram): string | undefined {
  const words = [name, subcommandOf(name, args, exact)].filter((word) => word !== undefined).join(" ");
  const text = [...oneLine(words).trim()].slice(0, LONGEST_NAME).join("").trimEnd();
  return text === "" ? undefined : text;
}
