import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROGRAM, typeAnew } from "../support/askonce.ts";
import { sendBotocoreToFake } from "../support/clients/botocore.ts";
import { buildGoProgram, findAwsCli, findBoto3, findRubySdk, whoAmI } from "../support/clients/find.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { needs, type Skippable } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

/** A client of AWS that takes its credentials from askonce. */
interface Client {
  readonly name: string;
  /** The path of what is needed, or undefined. */
  readonly find: (directory: string) => string | undefined;
  /** The command line that prints the ARN of a profile. */
  readonly command: (path: string, profile: string) => string;
  /** How often it starts askonce in one run that succeeds, and in one that fails. */
  readonly starts: { readonly success: number; readonly failure: number };
  /** Whether it lets our line through when it fails. */
  readonly showsOurLine: boolean;
}

const ONCE = { success: 1, failure: 1 };
const cli = (path: string, profile: string): string => `${path} sts get-caller-identity --profile ${profile}`;

const JS_CHAIN: Client = {
  name: "the JavaScript SDK v3 with its default chain",
  find: () => process.execPath,
  command: (node, profile) => `AWS_PROFILE=${profile} ${node} ${whoAmI("mjs")}`,
  // After fromIni has failed it tries fromProcess.
  starts: { success: 1, failure: 2 },
  showsOurLine: false,
};

const GO: Client = {
  name: "the Go SDK v2",
  find: buildGoProgram,
  command: (path, profile) => `${path} ${profile}`,
  starts: ONCE,
  showsOurLine: true,
};

const CLIENTS: Client[] = [
  { name: "the AWS CLI v1", find: () => findAwsCli(1), command: cli, starts: ONCE, showsOurLine: true },
  { name: "the AWS CLI v2", find: () => findAwsCli(2), command: cli, starts: ONCE, showsOurLine: true },
  {
    name: "boto3",
    find: findBoto3,
    command: (python, profile) => `${python} ${whoAmI("py")} ${profile}`,
    starts: ONCE,
    showsOurLine: true,
  },
  GO,
  {
    name: "the Ruby SDK",
    find: findRubySdk,
    command: (ruby, profile) => `${ruby} ${whoAmI("rb")} ${profile}`,
    // Its provider runs us once in its constructor and once more to refresh (process_credentials.rb).
    starts: { success: 2, failure: 1 },
    showsOurLine: true,
  },
  {
    name: "the JavaScript SDK v3 with fromIni",
    find: () => process.execPath,
    command: (node, profile) => `${node} ${whoAmI("mjs")} ${profile}`,
    starts: ONCE,
    showsOurLine: true,
  },
  JS_CHAIN,
];

const SECONDS = 1_000;
/** Python takes its time to start on a busy machine. */
const PATIENCE = 30 * SECONDS;
const paths = new Map<Client, string | undefined>();
const directory = mkdtempSync(join(tmpdir(), "askonce-clients-"));

beforeAll(() => {
  for (const client of CLIENTS) paths.set(client, client.find(directory));
}, 300 * SECONDS);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

withFreshHomes(() => {
  home.configure(home.serialLine);
  home.executable("bin/askonce", `echo started >> ${home.path}/started; exec ${process.execPath} ${PROGRAM} "$@"`);
  sendBotocoreToFake(home);
});

const starts = (): number => home.read("started").split("\n").length - 1;

/** The calls AWS had, by action, and how often askonce was started, since this was asked last. */
function newCounts(): Record<string, number> {
  const counts: Record<string, number> = { starts: starts() };
  for (const { action } of aws.calls()) counts[action] = (counts[action] ?? 0) + 1;
  home.write("started", "");
  aws.clearCalls();
  return counts;
}

/** The client's command line for a profile; skips the test where the client is missing. */
function commandOf(context: Skippable, client: Client): (profile: string) => string {
  const path = paths.get(client);
  needs(context, path !== undefined, client.name);
  return (profile) => client.command(path ?? "", profile);
}

describe.each(CLIENTS)("$name", (client) => {
  const { success, failure } = client.starts;

  it("prompts visibly once, cold, and not at all, warm: for the profile, nor for a role above it", async (context) => {
    const command = commandOf(context, client);
    const pty = await home.shell({ env: { AWS_PAGER: "" } });
    await typeAnew(pty, `${command("work")}; echo "status $?"`);
    await pty.waitFor("? Code", PATIENCE);
    expect(pty.screen()).toContain("MFA session for work-keys");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0", PATIENCE);
    expect(pty.screen()).toContain("arn:aws:iam::123456789012:user/jane");
    expect(newCounts()).toEqual({ starts: success, GetSessionToken: 1, GetCallerIdentity: 1 });

    const warm = [
      ["work", "arn:aws:iam::123456789012:user/jane", {}],
      ["admin", "arn:aws:sts::210987654321:assumed-role/admin/", { AssumeRole: 1 }],
    ] as const;
    for (const [profile, arn, calls] of warm) {
      const seen = pty.output().length;
      await typeAnew(pty, `${command(profile)}; echo "status $?"`);
      await pty.waitFor("status 0", PATIENCE);
      expect(pty.screen()).toContain(arn);
      // A prompt that nobody answers is wiped off the screen.
      expect(pty.output().slice(seen)).not.toContain("Code");
      expect(newCounts()).toEqual({ starts: success, GetCallerIdentity: 1, ...calls });
    }
  });

  it(`fails where nobody can be asked, and ${client.showsOurLine ? "shows" : "hides"} our line`, async (context) => {
    const command = commandOf(context, client);
    const { status, stdout, stderr } = await home.command("sh", ["-c", command("work")]);
    expect(status).not.toBe(0);
    expect(stdout).not.toContain("arn:");
    expect(stdout + stderr).not.toContain("? Code");
    const line = "askonce: nobody to ask for the MFA code of work-keys; run `askonce login work-keys` in a terminal";
    expect(stderr.includes(line), stderr).toBe(client.showsOurLine);
    expect(newCounts()).toEqual({ starts: failure });
  });

  it("ends with the question that is interrupted by Ctrl-C", async (context) => {
    const command = commandOf(context, client);
    const pty = await home.shell();
    await typeAnew(pty, command("work"));
    await pty.waitFor("? Code", PATIENCE);
    const seen = pty.output().length;
    pty.press("ctrl-c");
    await waitUntil(
      () => pty.output().slice(seen).endsWith("$ "),
      () => `the shell's prompt on ${pty.screen()}`,
      PATIENCE,
    );
    pty.type('echo "shell: $?"\r');
    await pty.waitFor("shell: 130");
    expect(newCounts()).toEqual({ starts: 1 });
  });
});

it("the JavaScript SDK's default chain, which runs us twice when there is no code, has the question asked once", async (context) => {
  const command = commandOf(context, JS_CHAIN);
  const pty = await home.shell({ env: { ASKONCE_LOG: `${home.path}/log` } });
  pty.type(`${command("work")} 2>error; echo "status $?"\r`);
  await pty.waitFor("? Code", PATIENCE);
  pty.press("escape");
  await pty.waitFor("status 1", PATIENCE);
  expect(newCounts()).toEqual({ starts: 2 });
  expect(home.read("log").match(/asking for a code/g)).toHaveLength(1);
  expect(home.read("error")).not.toContain("askonce: ");
  expect(pty.screen().match(/askonce: /g)).toHaveLength(1);
});

it("the Go SDK that gives up before the answer has it at its next try", async (context) => {
  const command = commandOf(context, GO);
  const pty = await home.shell();
  // After the second it kills its `sh`, and waits for us whatever we say.
  await typeAnew(pty, `${command("work")} 1; echo "status $?"`);
  await pty.waitFor("? Code", PATIENCE);
  await sleep(3 * SECONDS);
  pty.type(`${aws.freshCode()}\r`);
  await pty.waitFor("status 1", PATIENCE);
  expect(pty.screen()).toContain("signal: killed");
  expect(newCounts()).toEqual({ starts: 1, GetSessionToken: 1 });
  await typeAnew(pty, `${command("work")} 30; echo "status $?"`);
  await pty.waitFor("status 0", PATIENCE);
  expect(newCounts()).toEqual({ starts: 1, GetCallerIdentity: 1 });
});
