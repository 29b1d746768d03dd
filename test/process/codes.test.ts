/** Codes that STS did not take, and codes that it did not look at. */

import { expect, it } from "vitest";
import { answerOf } from "../support/askonce.ts";
import { FAULTS } from "../support/fake-aws/faults.ts";
import type { FakeAws } from "../support/fake-aws/server.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";

const STEP_MS = 30_000;

withFreshHomes(() => {
  // A step of AWS's clock has just begun, which is half a day off ours.
  aws.settings.clockOffsetSeconds = 12 * 3600 + (STEP_MS - (Date.now() % STEP_MS)) / 1000;
  home.configure(home.serialLine);
});

const login = (code: string) => home.run(["login", "work-keys", "--code", "-"], { input: code });
/** How the calls with a code ended, but for the one that tells the time. */
const calls = () =>
  aws.calls("GetSessionToken").flatMap(({ code }) => (code === "SignatureDoesNotMatch" ? [] : [code]));

it("a wrong code that is typed once more in the same step is told at once: no call, and no try, is spent on it", async () => {
  const pty = await home.shell();
  pty.type("askonce get work-keys >out; echo status $?\r");
  await pty.waitFor("? Code");
  pty.type("000000\r");
  await pty.waitFor("try 2 of 3");
  pty.type("000000\r");
  await pty.waitFor(/that code was rejected \d+ s ago; the next one comes in \d+ s/);
  expect(calls()).toEqual(["AccessDenied"]);
  pty.press("ctrl-u");
  pty.type("000001\r");
  await pty.waitFor("try 3 of 3");
  pty.type(`${aws.freshCode()}\r`);
  await pty.waitFor("status 0");
  expect(calls()).toEqual(["AccessDenied", "AccessDenied", "OK"]);
});

it("a wrong code is known to the next process in the same step, and sent again in the one after: the device may be ahead", async () => {
  const ahead = aws.codeAt(Date.now() + aws.settings.clockOffsetSeconds * 1000 + 2 * STEP_MS);
  for (let run = 0; run < 2; run++) {
    const outcome = await login(ahead);
    expect(outcome).toMatchObject({ status: 4, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: AWS did not accept the code of jane-phone; [^\n]+\n$/);
  }
  expect(calls()).toEqual(["AccessDenied"]);
  aws.settings.clockOffsetSeconds += STEP_MS / 1000;
  // The program learns of it as it learns of any clock.
  aws.fault("GetSessionToken", FAULTS.throttling);
  await login("000000");
  expect((await login(ahead)).status).toBe(0);
});

it("a code that was not looked at, since the keys were refused, is as good as before", async () => {
  const key = aws.fixture.jane.accessKeyId;
  const code = aws.freshCode();
  aws.state.setKeyActive(key, false);
  try {
    expect((await login(code)).status).toBe(5);
  } finally {
    aws.state.setKeyActive(key, true);
  }
  expect((await login(code)).status).toBe(0);
  expect(calls()).toEqual(["InvalidClientTokenId", "OK"]);
});

it("a code that STS may have spent on a role is not sent for another one", async () => {
  const serial = home.serialLine;
  const direct = (name: keyof FakeAws["fixture"]["roles"]) =>
    `[profile ${name}-direct]\nrole_arn = ${aws.fixture.roles[name]}\nsource_profile = work-keys\nmfa_mode = direct\nrole_session_name = jane\n`;
  home.configure(serial, direct("admin") + direct("reader"));
  const code = aws.freshCode();
  aws.fault("AssumeRole", FAULTS.resetAfter, 2);
  const [first, second] = [
    await home.run(["login", "admin-direct", "--code", "-"], { input: code }),
    await home.run(["login", "reader-direct", "--code", "-"], { input: code }),
  ];
  expect([first.status, second.status]).toEqual([5, 4]);
  expect(second.stderr).toMatch(/that code was used \d+ s ago/);
});

it("a machine whose clock is off signs right from the second run on, for as long as it is", async () => {
  home.configure(`mfa_process = ${home.phone()}`);
  for (const expected of [["SignatureDoesNotMatch", "OK", "OK"], ["OK"]]) {
    home.showCode();
    answerOf(await home.run(["get", "work"]));
    expect(aws.calls().map(({ code }) => code)).toEqual(expected);
    aws.clearCalls();
    await home.run(["logout", "--all"]);
  }
  // Set right, it costs one refused call once more.
  aws.settings.clockOffsetSeconds = 0;
  for (const expected of [["SignatureDoesNotMatch", "OK"], ["OK"]]) {
    home.showCode();
    answerOf(await home.run(["get", "work"]));
    expect(aws.calls().map(({ code }) => code)).toEqual(expected);
    aws.clearCalls();
    await home.run(["logout", "--all"]);
  }
});
