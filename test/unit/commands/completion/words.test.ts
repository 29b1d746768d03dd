import { describe, expect, test } from "vitest";
import { OPTIONS } from "../../../../src/args.ts";
import { PERSON_COMMANDS } from "../../../../src/commands/command.ts";
import { type Known, offersFor } from "../../../../src/commands/completion/words.ts";
import { commandList, helpText } from "../../../../src/commands/help/help.ts";
import { aboutFlags, wordsOfHelp } from "../../../../src/commands/help/words.ts";

const MFA_HELP = `askonce mfa list|enroll NAME [--json]
askonce mfa resync NAME [--code -]

Looks after MFA devices.

Flags
  --device-name TEXT   how it is called
  -q, --qr             show it
  --shade dark|light   of what colour
  --out FILE           write it there

Examples
  askonce mfa list work
`;

const known: Known = {
  verbs: async () => [
    { word: "get", about: "print" },
    { word: "mfa", about: "" },
  ],
  async after(verb) {
    if (verb === "get")
      return {
        words: {
          options: OPTIONS.get,
          takesProfile: true,
          values: { log: "file", prompt: ["tmux"], "source-profile": "profile" },
        },
        aboutFlags: new Map([["force", "anew"]]),
      };
    return verb === "mfa" ? { words: wordsOfHelp("mfa", MFA_HELP), aboutFlags: aboutFlags(MFA_HELP) } : undefined;
  },
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
  const real: Known = {
    ...known,
    async after(verb) {
      const command = await PERSON_COMMANDS.get(verb)?.();
      if (command === undefined) return undefined;
      return { words: { ...wordsOfHelp(verb, command.help), ...command }, aboutFlags: aboutFlags(command.help) };
    },
  };
  const flags = async (...before: string[]): Promise<string[]> =>
    (await offersFor(before, "--", real)).words.map(({ word }) => word);
  expect(await flags("mfa", "list")).toEqual(["--json", "--help"]);
  expect(await flags("mfa", "resync", "work", "--code", "-")).toEqual(["--device", "--help"]);
  expect(await flags("mfa")).toHaveLength(5);
  expect(await flags("mfa", "toString")).toHaveLength(5);
  expect(await flags("setup")).toContain("--yes");
});

describe("the help and the flags that are parsed say the same", () => {
  test.each(Object.entries(OPTIONS))("%s", async (verb, options) => {
    const said = wordsOfHelp(verb, await helpText(verb));
    expect(said.takesProfile).toBe(true);
    // logout refers to get for what they share.
    const parsed = Object.entries(options).filter(([flag]) => flag !== "help" && (verb !== "logout" || flag === "all"));
    expect(said.options).toEqual(Object.fromEntries(parsed.map(([flag, { type }]) => [flag, { type }])));
  });

  test("for every command of a file of its own that has its options there", async () => {
    for (const [verb, load] of PERSON_COMMANDS) {
      const { options, help } = await load();
      if (options === undefined) continue;
      const said = wordsOfHelp(verb, help).options;
      const parsed = Object.entries(options).filter(([flag]) => flag !== "help");
      expect([verb, said]).toEqual([verb, Object.fromEntries(parsed.map(([flag, { type }]) => [flag, { type }]))]);
    }
  });
});

test("every command is listed, with a line of the overview", () => {
  const listed = commandList();
  expect(listed.map(({ word }) => word).sort()).toEqual([...Object.keys(OPTIONS), ...PERSON_COMMANDS.keys()].sort());
  for (const { word, about } of listed) expect([word, about]).toEqual([word, expect.stringMatching(/\w/)]);
});
