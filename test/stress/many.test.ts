import { expect, it } from "vitest";
import { answerOf, type Home, type Outcome } from "../support/askonce.ts";
import type { FakeAws } from "../support/fake-aws/server.ts";
import { withFreshHomes } from "../support/fresh-homes.ts";

const MANY = 20;
let aws: FakeAws;
let home: Home;

withFreshHomes((fake, fresh) => {
  aws = fake;
  home = fresh;
});

it("twenty at once on a cold cache: one question, one GetSessionToken, twenty equal answers", async () => {
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode();
  const outcomes = await Promise.all(Array.from({ length: MANY }, () => home.run(["get", "work-keys"])));
  const answers = new Set(outcomes.map(lineOf));
  expect(answers.size).toBe(1);
  expect(home.prompts).toBe(1);
  expect(aws.count("GetSessionToken")).toBe(1);
  expect(aws.count("ListMFADevices")).toBe(1);
});

it("twenty at once for a role and for the session below it: one GetSessionToken, one AssumeRole", async () => {
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode();
  const names = Array.from({ length: MANY }, (_, index) => ["admin", "work"][index % 2] ?? "");
  const outcomes = await Promise.all(names.map((name) => home.run(["get", name])));
  expect(new Set(outcomes.map(lineOf)).size).toBe(2);
  expect(home.prompts).toBe(1);
  expect(aws.count("GetSessionToken")).toBe(1);
  expect(aws.count("AssumeRole")).toBe(1);
});

/** What a success printed. */
function lineOf(outcome: Outcome): string {
  answerOf(outcome);
  return outcome.stdout;
}

/** Twenty in one process group on one terminal, with stdin and stderr the terminal's own, as Go's SDK starts them. */
const twentyOnOneTerminal = (home: Home): string =>
  home.executable(
    "bin/twenty",
    `i=0
while [ $i -lt ${MANY} ]; do
  { askonce get work-keys </dev/tty >${home.path}/out.$i; echo $? >${home.path}/status.$i; } &
  i=$((i+1))
done
wait
echo all done`,
  );

it("twenty at once on one terminal: one prompt, and the terminal is whole afterwards", async () => {
  const pty = home.commandOnPty(twentyOnOneTerminal(home), []);
  await pty.waitFor("Code", 30_000);
  pty.type(`${aws.freshCode()}\r`);
  await pty.waitFor("all done", 60_000);
  const outputs = Array.from({ length: MANY }, (_, index) => home.read(`out.${index}`));
  expect(new Set(outputs).size).toBe(1);
  expect(outputs[0]).toMatch(/^\{"Version":1/);
  expect(aws.count("GetSessionToken")).toBe(1);
  expect(pty.screen().match(/MFA session for work-keys until/g)).toHaveLength(1);
  expect(pty.screen()).not.toContain("Code");
  await pty.exit;
});

it("twenty at once and a question that is cancelled: the whole command fails, and nobody asks again", async () => {
  const pty = home.commandOnPty(twentyOnOneTerminal(home), [], { env: { ASKONCE_LOG: `${home.path}/log` } });
  await pty.waitFor("Code", 30_000);
  // Everybody has to be waiting before the answer that all of them share.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  pty.press("escape");
  await pty.waitFor("all done", 60_000);
  const statuses = Array.from({ length: MANY }, (_, index) => home.read(`status.${index}`).trim());
  expect(statuses).toEqual(Array.from({ length: MANY }, () => "4"));
  expect(aws.count("GetSessionToken")).toBe(0);
  expect(home.read("log").match(/asking for a code/g)).toHaveLength(1);
});

it("twenty at once that AWS refuses: one call, twenty times the refusal", async () => {
  home.configure(`mfa_process = ${home.phone(1)}\nmfa_serial = ${aws.fixture.jane.devices.phone.serial}`);
  home.showCode();
  aws.state.setKeyActive(aws.fixture.jane.accessKeyId, false);
  try {
    const outcomes = await Promise.all(Array.from({ length: MANY }, () => home.run(["get", "work-keys"])));
    expect(new Set(outcomes.map((outcome) => outcome.status))).toEqual(new Set([5]));
    expect(new Set(outcomes.map((outcome) => outcome.stderr)).size).toBe(1);
  } finally {
    aws.state.setKeyActive(aws.fixture.jane.accessKeyId, true);
  }
});

it("a holder that is killed while the others wait is replaced within a second", async () => {
  home.configure(`mfa_process = ${home.phone(30)}`);
  home.showCode();
  const holder = home.start(["get", "work-keys"]);
  while (home.prompts === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  home.configure(`mfa_process = ${home.phone()}`);
  const waiters = Array.from({ length: 3 }, () => home.run(["get", "work-keys"]));
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  holder.child.kill("SIGKILL");
  const killedAtMs = Date.now();
  for (const outcome of await Promise.all(waiters)) answerOf(outcome);
  // A second for the lock; the rest is what a whole refresh takes on a busy machine.
  expect(Date.now() - killedAtMs).toBeLessThan(5_000);
  expect(aws.count("GetSessionToken")).toBe(1);
});
