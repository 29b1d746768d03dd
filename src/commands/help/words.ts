/** What a command's help says of the words that can follow its verb. Pure. */

import type { CommandWords } from "../command.ts";

/** The words of a command whose file does not say them: from its usage, which comes first, and from the lines of its flags. */
export function wordsOfHelp(verb: string, help: string): Required<Omit<CommandWords, "flagsOf">> {
  const usage = help.slice(0, help.search(/\n\n/)).split("\n");
  const flags = [...usage.flatMap(flagsInUsage), ...flagLines(help)];
  const first = new RegExp(`^askonce ${verb} ([a-z|-]+)(?= |$)`);
  return {
    options: Object.fromEntries(
      flags.map(({ flag, value }) => [flag, { type: value === undefined ? "boolean" : "string" }]),
    ),
    subcommands: [...new Set(usage.flatMap((line) => first.exec(line)?.[1]?.split("|") ?? []))],
    takesProfile: usage.some((line) => /(^|[ [])(NAME|PROFILE)\b/.test(line)),
    values: Object.fromEntries(
      flags.flatMap(({ flag, value = "" }) => {
        const choice = /^[a-z\d]+(\|[a-z\d]+)+$/.test(value) ? value.split("|") : undefined;
        const kind = ({ FILE: "file", PATH: "file", PROFILE: "profile" } as const)[value] ?? choice;
        return kind === undefined ? [] : [[flag, kind]];
      }),
    ),
  };
}

/** What is said beside a flag, by its name: the first line of it. */
export function aboutFlags(help: string): ReadonlyMap<string, string> {
  return new Map(flagLines(help).map(({ flag, about }) => [flag, about.replace(/[,:;]$/, "")]));
}

interface Flag {
  readonly flag: string;
  /** What its value is called; undefined for a flag without one. */
  readonly value: string | undefined;
  readonly about: string;
}

/** `  --flag VALUE   what it does`, or `  -f, --flag`; a value is named in capitals, or is one of `these|words` */
function flagLines(help: string): Flag[] {
  return [...help.matchAll(/^ {2}(?:-[a-z], )?--([a-z-]+)(?: ([A-Z]+|[a-z\d|]+|-))?(?: {2,}(.*))?$/gm)].map(
    ([, flag = "", value, about = ""]) => ({
      flag,
      value,
      about,
    }),
  );
}

/** `[--flag VALUE]` */
function flagsInUsage(line: string): Flag[] {
  return [...line.matchAll(/\[--([a-z-]+)(?: ([^\]]+))?\]/g)].map(([, flag = "", value]) => ({
    flag,
    value,
    about: "",
  }));
}
