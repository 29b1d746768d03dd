import { describe, expect, test } from "vitest";
import { FLAGS } from "../../../../src/args.ts";
import type { CommandHelp, ExplainedFlag } from "../../../../src/commands/command.ts";
import { type Known, offersFor } from "../../../../src/commands/completion/words.ts";
import { helpOfCommand } from "../../../../src/commands/find.ts";
import { helpText } from "../../../../src/commands/help/help.ts";
import { COMMANDS } from "../../../../src/commands/registry.ts";

const GET: readonly ExplainedFlag[] = [
  { name: "region", value: "REGION", about: "" },
  { name: "force", about: "anew" },
  { name: "log", value: "FILE", about: "", follower: "file" },
  { name: "prompt", value: "HOW", about: "", follower: ["tmux"] },
  { name: "source-profile", value: "NAME", about: "", follower: "profile" },
];

const MFA: readonly ExplainedFlag[] = [
  { name: "json", about: "" },
  { name: "code", value: "-", about: "" },
  { name: "device-name", value: "TEXT", about: "how it is called" },
  { name: "qr", short: "q", about: "show it" },
  { name: "shade", value: "dark|light", about: "of what colour", follower: ["dark", "light"] },
  { name: "out", value: "FILE", about: "write it there", follower: "file" },
];

const KNOWN: ReadonlyMap<string, CommandHelp> = new Map([
  ["get", { help: "", flags: GET, takesProfile: true }],
  [
    "mfa",
    {
      ...{ help: "", flags: MFA, takesProfile: true },
      subcommands: new Map(["list", "enroll", "resync"].map((action) => [action, MFA])),
    },
  ],
]);

const known: Known = {
  verbs: async () => [
    { word: "get", about: "print" },
    { word: "mfa", about: "" },
  ],
  command: async (verb) => KNOWN.get(verb),
  profiles: async () => ["work", "$(touch x)"],
};

/** What may come at the end of a line; the word after the last blank is being typed. */
async function offers(line: string): Promise<string[] | "files"> {
  const words = line.split(" ");
  const { words: found, files } = await offersFor(words.slice(0, -1), words.at(-1) ?? "", known);
  return files ? "files" : found.map(({ word }) => word);
}

describe("what is offered", () => {
  test.each([
    ["", ["get", "mfa"]],
    ["-", ["--help", "--version"]],
    ["help ", ["get", "mfa"]],
    ["help get ", []],
    ["get ", ["work", "$(touch x)"]],
    ["get --force ", ["work", "$(touch x)"]],
    ["get --region eu-west-1 ", ["work", "$(touch x)"]],
    ["get --region=eu-west-1 ", ["work", "$(touch x)"]],
    ["get --region ", []],
    ["get work ", []],
    ["get --prompt ", ["tmux"]],
    ["get --prompt=", ["--prompt=tmux"]],
    ["get --source-profile ", ["work", "$(touch x)"]],
    ["get --log ", "files"],
    ["get --log=", "files"],
    ["mfa ", ["list", "enroll", "resync"]],
    ["mfa list ", ["work", "$(touch x)"]],
    ["mfa list work ", []],
    ["mfa --qr ", ["list", "enroll", "resync"]],
    ["mfa list --", ["--json", "--code", "--device-name", "--qr", "--shade", "--out", "--help"]],
    ["mfa enroll work --out ", "files"],
    ["mfa enroll work --shade ", ["dark", "light"]],
    ["mfa enroll work -- ", "files"],
    ["nonsense ", []],
    ["__proto__ ", []],
    ["get --__proto__ ", ["work", "$(touch x)"]],
  ] as const)("after %j", async (line, expected) => {
    expect(await offers(line)).toEqual(expected);
  });

  test("no flag twice", async () => {
    const flags = await offers("get --force --log x --");
    expect(flags).toContain("--region");
    expect(flags).not.toContain("--force");
    expect(flags).not.toContain("--log");
  });

  test("with what the help says beside a flag", async () => {
    const { words } = await offersFor(["get"], "--", known);
    expect(words).toContainEqual({ word: "--force", about: "anew" });
  });
});

test("after an action the flags that it takes, and a flag with a letter of its own", async () => {
  const real: Known = { ...known, command: (verb) => helpOfCommand(verb, COMMANDS) };
  const flags = async (...before: string[]): Promise<string[]> =>
    (await offersFor(before, "--", real)).words.map(({ word }) => word);
  expect(await flags("mfa", "list")).toEqual(["--json", "--help"]);
  expect(await flags("mfa", "resync", "work", "--code", "-")).toEqual(["--device", "--help"]);
  expect(await flags("mfa")).toHaveLength(5);
  expect(await flags("mfa", "toString")).toHaveLength(5);
  expect(await flags("setup")).toContain("--yes");
});

/** The flags that a help text lists: `  --flag VALUE   what it does`, or `  -f, --flag`; the value is "" for none. */
function listedFlags(help: string): Record<string, string> {
  const lines = help.matchAll(/^ {2}(?:-[a-z], )?--([a-z-]+)(?: ([A-Z]+|-))?(?: {2,}.*)?$/gm);
  return Object.fromEntries([...lines].map(([, flag = "", value = ""]) => [flag, value]));
}

describe("the help and the flags that are parsed say the same", () => {
  test.each(Object.entries(FLAGS))("%s", async (verb, flags) => {
    const { takesProfile, help, flags: known } = await helpOfCommand(verb, COMMANDS);
    expect(takesProfile).toBe(true);
    expect(known.map(({ name }) => name)).toEqual(flags.map(({ name }) => name));
    // logout refers to get for what they share.
    const parsed = known.filter(({ name }) => verb !== "logout" || name === "all");
    expect(listedFlags(help)).toEqual(Object.fromEntries(parsed.map(({ name, value = "" }) => [name, value])));
  });

  test("for every command of a file of its own that has its options there", async () => {
    for (const { verb, load } of COMMANDS) {
      const command = await load();
      if (!("run" in command)) continue;
      const parsed = command.flags.map(({ name, value = "" }) => [name, value]);
      expect([verb, listedFlags(command.help)]).toEqual([verb, Object.fromEntries(parsed)]);
    }
  });
});

test("every command is listed, with a line of the overview", async () => {
  const overview = await helpText(undefined, COMMANDS);
  const lines = [...overview.matchAll(/^ {2}askonce ([a-z]+)\b.*? {2,}(.*)$/gm)].map(([, verb, about]) => [
    verb,
    about,
  ]);
  expect(COMMANDS.map(({ verb, about }) => [verb, about])).toEqual(lines.filter(([verb]) => verb !== "help"));
  for (const { verb, about } of COMMANDS) expect([verb, about]).toEqual([verb, expect.stringMatching(/\w/)]);
});
