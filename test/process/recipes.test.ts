/** The README's recipes, each run as it is written there: only keys, and paths and hosts that are not of this machine, are put in. */

import { expect, it } from "vitest";
import { answerOf, typeAnew } from "../support/askonce.ts";
import { sendBotocoreToFake } from "../support/clients/botocore.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { certificate, closeAfterTest, startForwarder, startProxy } from "../support/proxies.ts";
import type { PtySession } from "../support/pty.ts";
import { codeBlocks, part } from "../support/readme.ts";
import { needsTool } from "../support/tools.ts";

const BY_HAND = "By hand, without `setup`";
const SECONDS = 1_000;

withFreshHomes(() => {
  sendBotocoreToFake(home);
});

/** What the part has for this kind of code block, with what a user puts in. */
function blocks(title: string): string[] {
  return codeBlocks(title, "ini").map((text) =>
    text.replaceAll("/usr/local/bin/askonce", home.askonce).replaceAll("/etc/ssl/company.pem", certificate("ca")),
  );
}

/** The files of "By hand", and under them what a recipe adds: to a profile that is there already, or a new one. */
function setUp(recipe: string, keys: { accessKeyId: string; secretAccessKey: string } = aws.fixture.jane): void {
  const [credentials = "", config = ""] = blocks(BY_HAND);
  const filledIn = credentials.replace("AKIA...", keys.accessKeyId).replace("= ...", `= ${keys.secretAccessKey}`);
  home.write(".aws/credentials", `${filledIn}\n${moreKeys()}`);
  const added = recipe.split(/^(?=\[)/m).filter((section) => section.startsWith("["));
  const sections = config.split(/^(?=\[)/m);
  for (const section of added) {
    const [header = "", ...lines] = section.split("\n");
    const at = sections.findIndex((one) => one.startsWith(`${header}\n`));
    if (at < 0) sections.push(section);
    else sections[at] += lines.join("\n");
  }
  home.write(".aws/config", sections.join("\n"));
}

/** Keys of other people under the names that recipes use. */
function moreKeys(): string {
  const { mia } = aws.fixture;
  return `[client-keys]\naws_access_key_id = ${mia.accessKeyId}\naws_secret_access_key = ${mia.secretAccessKey}\n`;
}

/** The ARN that the AWS CLI is, on a terminal; `answer` is called when a code is asked for. */
async function whoAmI(pty: PtySession, profile: string, answer?: () => Promise<void>): Promise<string> {
  await typeAnew(pty, `aws sts get-caller-identity --profile ${profile} --query Arn --output text; echo "status $?"`);
  await answer?.();
  await pty.waitFor("status 0", 60 * SECONDS);
  // The shell's prompt may stand before it, when the command was typed before that showed.
  return /\barn:\S+/.exec(pty.screen())?.[0] ?? "";
}

/** Waits for the question and types the device's code. */
function typeCode(pty: PtySession, serial?: string): () => Promise<void> {
  return async () => {
    await pty.waitFor("? Code", 60 * SECONDS);
    pty.type(`${aws.freshCode(serial)}\r`);
  };
}

it("By hand, without `setup`", async (context) => {
  needsTool(context, "aws");
  setUp("");
  const pty = await home.shell();
  expect(await whoAmI(pty, "work", typeCode(pty))).toBe(aws.fixture.jane.arn);
  expect(await whoAmI(pty, "work")).toBe(aws.fixture.jane.arn);
  expect(await whoAmI(pty, "admin")).toContain("assumed-role/admin/");
  expect(aws.count("GetSessionToken")).toBe(1);
});

it("Two accounts", async (context) => {
  needsTool(context, "aws");
  setUp(blocks("Two accounts").join("\n"));
  const { phone } = aws.fixture.mia.devices;
  const pty = await home.shell();
  expect(await whoAmI(pty, "work", typeCode(pty))).toBe(aws.fixture.jane.arn);
  const answer = async (): Promise<void> => {
    await pty.waitFor("? Device", 60 * SECONDS);
    pty.type("1\r");
    await typeCode(pty, phone.serial)();
  };
  expect(await whoAmI(pty, "client", answer)).toBe(aws.fixture.mia.arn);
  expect(await whoAmI(pty, "work")).toBe(aws.fixture.jane.arn);
  expect(await whoAmI(pty, "client")).toBe(aws.fixture.mia.arn);
  expect(aws.count("GetSessionToken")).toBe(2);
});

it("Ten roles, one code", async (context) => {
  needsTool(context, "aws");
  const [written = ""] = blocks("Ten roles, one code");
  const more = [3, 4, 5, 6, 7, 8, 9, 10].map((index) => `role-${index}`);
  for (const name of more) {
    const principals = [`arn:aws:iam::${aws.fixture.account}:root`];
    aws.state.addRole({ accountId: aws.fixture.roleAccount, name, principals, requireMfa: true });
  }
  const [reader = ""] = written.split(/^(?=\[profile deploy)/m);
  setUp([written, ...more.map((name) => reader.replaceAll("reader", name))].join("\n"));
  const pty = await home.shell();
  expect(await whoAmI(pty, "reader", typeCode(pty))).toContain("assumed-role/reader/");
  for (const name of ["deploy", ...more.slice(0, 2)])
    expect(await whoAmI(pty, name)).toContain(`assumed-role/${name}/`);
  for (const name of more) answerOf(await home.run(["get", name]));
  expect(aws.count("GetSessionToken")).toBe(1);
});

it("A role for longer than an hour", async (context) => {
  needsTool(context, "aws");
  setUp(blocks("A role for longer than an hour").join("\n"));
  const pty = await home.shell();
  expect(await whoAmI(pty, "migration", typeCode(pty))).toContain("assumed-role/admin/");
  const left = Date.parse(answerOf(await home.run(["get", "migration"])).Expiration) - Date.now();
  expect(left / 3_600_000).toBeCloseTo(12, 1);
  expect(aws.count("AssumeRole")).toBe(1);
});

it("Keys and codes from a password manager", async () => {
  setUp(blocks("Keys and codes from a password manager").join("\n"));
  home.write(".aws/credentials", "");
  const { accessKeyId, secretAccessKey } = aws.fixture.jane;
  const [entry = ""] = /`(\{"Version".*?\})`/.exec(part("Keys and codes from a password manager"))?.slice(1) ?? [];
  home.write("entry", entry.replace("AKIA...", accessKeyId).replace('"..."', `"${secretAccessKey}"`));
  home.showCode();
  home.executable(
    "bin/pass",
    `echo "$*" >> ${home.path}/passed
case "$*" in
  "show aws/work-keys") cat ${home.path}/entry ;;
  "otp aws/work") cat ${home.path}/code ;;
  *) exit 1 ;;
esac`,
  );
  const first = answerOf(await home.run(["get", "work"]));
  expect(answerOf(await home.run(["get", "work"]))).toEqual(first);
  expect(home.read("passed")).toBe("show aws/work-keys\notp aws/work\n");
});

it("GovCloud, China, the European Sovereign Cloud", async () => {
  setUp(blocks("GovCloud, China, the European Sovereign Cloud").join("\n"));
  const serial = "arn:aws-us-gov:iam::123456789012:mfa/jane-gov";
  const user = aws.state.addUser({ accountId: aws.fixture.account, name: "jane-gov" });
  const { accessKeyId, secretAccessKey } = aws.state.addKey(user);
  aws.state.addDevice(user, serial, aws.fixture.jane.devices.phone.secret);
  const keys = `[gov-keys]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  home.write(".aws/credentials", keys);
  const pty = await home.shell();
  pty.type("askonce get gov >out; askonce get gov-keys >keys; echo status $?\r");
  await typeCode(pty, serial)();
  await pty.waitFor("status 0");
  expect(home.read("keys")).toBe(home.read("out"));
  expect(aws.calls("GetSessionToken")).toMatchObject([{ region: "us-gov-east-1", params: { SerialNumber: serial } }]);
});

it("Behind a proxy, or a company's own CA", async () => {
  setUp(`${blocks("Behind a proxy, or a company's own CA").join("\n")}mfa_process = ${home.phone()}`);
  home.showCode();
  const forwarder = closeAfterTest(await startForwarder(aws.port, { tls: true }));
  const proxy = closeAfterTest(await startProxy({ login: "user:p@ss" }));
  const [, written = ""] = /HTTPS_PROXY=(\S+)`/.exec(part("Behind a proxy, or a company's own CA")) ?? [];
  expect(written).toMatch(/@proxy\.example\.com:3128$/);
  const HTTPS_PROXY = written.replace("proxy.example.com:3128", `127.0.0.1:${proxy.port}`);
  answerOf(await home.run(["get", "work"], { env: { AWS_ENDPOINT_URL: forwarder.url, HTTPS_PROXY } }));
  expect(proxy.connects.length).toBeGreaterThanOrEqual(2);
  expect(aws.count("GetSessionToken")).toBe(1);
});

it.each([
  ["A long apply", "min_remaining = 2h", 12],
  ["A shorter session", "session_duration = 1h", 1],
])("%s", async (title, line, hours) => {
  expect(part(title)).toContain(`\`${line}\``);
  setUp(`[profile work-keys]\n${line}\nmfa_process = ${home.phone()}`);
  home.showCode();
  const answer = answerOf(await home.run(["get", "work"]));
  expect((Date.parse(answer.Expiration) - Date.now()) / 3_600_000).toBeCloseTo(hours, 1);
});

it("Never ask", async () => {
  setUp("");
  const [, command = ""] = /`askonce (get work-keys --no-prompt)`/.exec(part("Never ask")) ?? [];
  expect((await home.run(command.split(" "))).status).toBe(4);
  expect((await home.run(["get", "work"], { env: { ASKONCE_PROMPT: "none" } })).status).toBe(4);
});

it("The same settings for several profiles", async () => {
  const [line = ""] = /`(include_profile = mfa)`/.exec(part("The same settings for several profiles"))?.slice(1) ?? [];
  setUp(`[profile work-keys]\n${line}\n[profile mfa]\nmfa_process = ${home.phone()}\nsession_duration = 1h\n`);
  home.showCode();
  const answer = answerOf(await home.run(["get", "work"]));
  expect((Date.parse(answer.Expiration) - Date.now()) / 3_600_000).toBeCloseTo(1, 1);
});

it.each([
  ["A YubiKey", "ykman", "oath accounts code --single work"],
  ["Keys and codes from a password manager", "op", "item get aws --otp"],
])("%s: %s", async (title, program, words) => {
  const line = `mfa_process = ${program} ${words}`;
  expect(part(title)).toContain(`\`${line}\``);
  setUp(`[profile work-keys]\n${line}\n`);
  home.showCode();
  home.executable(`bin/${program}`, `[ "$*" = "${words}" ] && cat ${home.path}/code`);
  answerOf(await home.run(["get", "work"]));
});

it("Which device", async () => {
  const text = part("Which device");
  const written = [...text.matchAll(/`(mfa_serial = \S+)`/g)].map(([, line = ""]) => line);
  expect(written).toHaveLength(2);
  const users = [aws.fixture.jane, aws.fixture.hank];
  for (const [index, line] of written.entries()) {
    setUp(`[profile work-keys]\n${line}\nmfa_process = ${home.phone()}`, users[index]);
    home.showCode(aws.freshCode(line.replace("mfa_serial = ", "")));
    answerOf(await home.run(["get", "work"]));
  }
  expect(aws.count("ListMFADevices")).toBe(0);
});
