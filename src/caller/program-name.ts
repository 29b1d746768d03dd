/**
 * What a person calls the program of a command line: `node deploy.js`, `python3 sync.py`, `aws`. Pure.
 *
 * Arguments may hold secrets, so nothing is taken for the script of an interpreter that could be another word's value.
 */

import { knownCommand } from "./known-commands.ts";

/** The words a process was started with, the program first. */
export interface CommandLine {
  readonly words: readonly string[];
  /** false where only a line of text is known: a word with blanks in it is then several. */
  readonly exact: boolean;
}

/** The program by its name, with what stands after it. */
export interface CallingProgram {
  readonly name: string;
  readonly args: readonly string[];
  readonly exact: boolean;
}

interface Interpreter {
  readonly name: RegExp;
  /** Flags that are one word, with their value or without one. */
  readonly flags: RegExp;
  /** What stands before the script, maybe with further flags after it. */
  readonly lead?: string;
  /** Without it, the first word is no script. */
  readonly needsLead?: boolean;
  /** The first word may also be one of its own verbs or tasks: only what looks like a file is a script. */
  readonly hasVerbs?: boolean;
}

const INTERPRETERS: readonly Interpreter[] = [
  { name: /^(?:python|pypy)[\d.]*$/, flags: /^-(?:[bBdEiIOPqRsSuvx]+|[WX].+)$/s },
  {
    name: /^node(?:js)?$/,
    flags:
      /^--(?:no-warnings|no-deprecation|(?:trace|throw|pending)-deprecation|trace-warnings|trace-uncaught|enable-source-maps|preserve-symlinks(?:-main)?|expose-gc|use-(?:system|openssl|bundled)-ca|inspect(?:-brk)?|experimental-(?:strip-types|transform-types|vm-modules))$/,
  },
  { name: /^ruby[\d.]*$/, flags: /^(?:-[wWd]|-[IrEW].+|--(?:yjit|jit|disable-gems))$/s },
  { name: /^perl[\d.]*$/, flags: /^-(?:[wWtTXU]+|[IM].+)$/s },
  { name: /^php[\d.]*$/, flags: /^-(?:[nq]|d.+)$/s },
  {
    name: /^deno$/,
    flags: /^(?:-A|-q|--(?:allow|deny)-[a-z]+|--quiet)$/,
    lead: "run",
    needsLead: true,
    hasVerbs: true,
  },
  { name: /^bun$/, flags: /^--(?:bun|hot|watch|silent|smol)$/, lead: "run", hasVerbs: true },
  {
    name: /^java$/,
    flags: /^(?:-D.+|-X.+|-server|-client|-ea|-esa|--enable-preview)$/s,
    lead: "-jar",
    needsLead: true,
  },
];

/** `--flag=value`, but for those after which no script comes, since the value is the code or a task. */
const FLAG_WITH_VALUE = /^--(?!(?:eval|print|run|process|file|test|check)\b)[a-z][a-z-]*=/i;

/** An application of macOS by its bundle, whose path has blanks as a rule. */
const BUNDLE = /^(?:\/Users\/[^/]+|\/System)?\/Applications\/(?:[^/]+\/)?([^/]+)\.app\/Contents\//;

/** The program of a command line; undefined where there are no words, as of a zombie. */
export function programOf({ words, exact }: CommandLine): CallingProgram | undefined {
  const [first = "", ...args] = words;
  const [, bundle] = BUNDLE.exec(exact ? first : words.join(" ")) ?? [];
  if (bundle !== undefined) return { name: bundle, args: [], exact };
  // A program that sets its own title leaves one word, which may have its arguments in it.
  const path = args.length === 0 ? firstWord(first) : first;
  const name = firstWord(baseName(path))
    .replace(/:$/, "")
    .replace(/\.exe$/i, "")
    .replace(/^\.(.+)-wrapped$/, "$1");
  if (name === "busybox" && args.length > 0) return programOf({ words: args, exact });
  return name === "" ? undefined : { name, args, exact };
}

/** The script as the program, where an interpreter runs one; the interpreter's name alone where that is not certain. */
export function asScript(program: CallingProgram, ownScript?: string): CallingProgram {
  const interpreter = INTERPRETERS.find(({ name }) => name.test(program.name));
  if (interpreter === undefined) return program;
  const alone = { ...program, args: [] };
  const found = findScript(interpreter, program);
  if (found === undefined) return alone;
  const { script, args, isModule } = found;
  const base = isOwn(script, ownScript) ? "askonce" : scriptName(script);
  if (base === undefined) return alone;
  const known = knownCommand(base);
  if (known !== undefined) return { ...program, name: known, args };
  const hasExtension = /.\.[a-z0-9]{1,5}$/i.test(base);
  if (isModule || (interpreter.hasVerbs && !hasExtension)) return alone;
  return { ...program, name: hasExtension ? `${program.name} ${base}` : base, args: [] };
}

/** A script by the last part of its path; undefined for what is none: a URL, standard input, a descriptor. */
export function scriptName(word: string): string | undefined {
  if (/^-|:|^\/(?:dev|proc)\//.test(word)) return undefined;
  const name = baseName(word);
  return /[\p{L}\p{N}]/u.test(name) ? name : undefined;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== "") ?? "";
}

function firstWord(text: string): string {
  return text.trim().split(/\s/)[0] ?? "";
}

function findScript(
  { flags, lead, needsLead }: Interpreter,
  { name, args, exact }: CallingProgram,
): { script: string; args: readonly string[]; isModule: boolean } | undefined {
  // Where words were told apart by blanks, what comes after a flag may belong to its value.
  const skipFlags = (from: number): number => {
    let at = from;
    while (exact && (flags.test(args[at] ?? "") || FLAG_WITH_VALUE.test(args[at] ?? ""))) at++;
    return at;
  };
  let at = skipFlags(0);
  const isModule = args[at] === "-m" && name.startsWith("py");
  if (isModule) at++;
  else if (lead !== undefined && args[at] === lead) at = skipFlags(at + 1);
  else if (needsLead) return undefined;
  const script = args[at];
  return script === undefined ? undefined : { script, args: args.slice(at + 1), isModule };
}

function isOwn(script: string, ownScript: string | undefined): boolean {
  return script === ownScript || /[\\/]askonce[\\/]dist[\\/](?:askonce\.cjs|main\.mjs)$/.test(script);
}
