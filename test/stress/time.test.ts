/** Clocks that are off, that are set, that stand still; and codes that belong to a moment. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { answerOf, Home, type Outcome, PROGRAM } from "../support/askonce.ts";
import { atOnce } from "../support/at-once.ts";
import { type FakeAws, startFakeAws } from "../support/fake-aws/server.ts";
import { guarantee } from "../support/guarantee.ts";

const WIDTH = 3;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SHIM = fileURLToPath(new URL("../support/clock-shim.mjs", import.meta.url));

/** Up to so much, either way. */
const upTo = (ms: number): number => Math.round((Math.random() * 2 - 1) * ms);

/** A home with its AWS, and with others. */
async function inWorld<T>(others: number, work: (home: Home, ...fakes: FakeAws[]) => Promise<T>): Promise<T> {
  const fakes = await Promise.all(Array.from({ length: others + 1 }, () => startFakeAws()));
  const home = new Home(fakes[0] as FakeAws);
  try {
    return await work(home, ...fakes);
  } finally {
    home.dispose();
    await Promise.all(fakes.map((aws) => aws.close()));
  }
}

/** Ways in, by the call that meets a clock first. */
const FIRST_CALLS = {
  ListMFADevices: [],
  GetSessionToken: ["serial"],
  GetCallerIdentity: ["serial", "direct"],
  AssumeRole: ["serial", "direct", "name"],
} as const;

/** Every call that is not taken, but for a signature of the wrong time. */
const refusals = (aws: FakeAws): string[] => aws.calls().flatMap(({ code }) => (code === "OK" ? [] : [code]));

/** A new code, by this AWS's clock. */
function configure(home: Home, aws: FakeAws, wants: readonly string[]): string[] {
  const serial = home.serialLine;
  const name = wants.includes("name") ? "role_session_name = jane" : "";
  home.configure(
    `mfa_process = ${home.phone()}\n${wants.includes("serial") ? serial : ""}`,
    `[profile direct]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = work-keys\nmfa_mode = direct\n${name}`,
  );
  home.showCode(aws.freshCode());
  return ["get", wants.includes("direct") ? "direct" : "admin"];
}

guarantee(
  "Our clock off by up to a day: one refused call an endpoint, then none",
  { suite: 4, stress: 8 },
  async (row) => {
    const ways = Object.entries(FIRST_CALLS);
    const rounds = Array.from({ length: row.rounds }, (_, index) => ways[index % ways.length] as (typeof ways)[number]);
    let worst = 0;
    await atOnce(rounds, WIDTH, ([first, wants]) =>
      inWorld(1, async (home, ...fakes) => {
        for (const aws of fakes) aws.settings.clockOffsetSeconds = Math.round(upTo(24 * HOUR) / 1000);
        for (const again of [false, true]) {
          for (const aws of fakes) {
            const env = { AWS_ENDPOINT_URL: aws.url };
            aws.clearCalls();
            const get = configure(home, aws, wants);
            const answer = answerOf(await home.run(get, { env }));
            const serverNowMs = Date.now() + aws.settings.clockOffsetSeconds * 1000;
            expect(Date.parse(answer.Expiration) - serverNowMs).toBeGreaterThan(MINUTE);
            if (!again) expect(aws.calls()[0]?.action).toBe(first);
            const refused = refusals(aws);
            worst = Math.max(worst, again ? 0 : refused.length);
            const isOff = !again && Math.abs(aws.settings.clockOffsetSeconds) > 300;
            expect([first, again, refused]).toEqual([first, again, isOff ? ["SignatureDoesNotMatch"] : []]);
            aws.clearCalls();
            expect(answerOf(await home.run(get, { env }))).toEqual(answer);
            expect(aws.calls()).toEqual([]);
          }
          await home.run(["logout", "--all"]);
        }
      }),
    );
    row.worst = `${worst} refused at first, 0 later`;
    expect(worst).toBeLessThanOrEqual(1);
  },
);

/** Runs the program by another clock. */
function runAt(home: Home, clockMs: number, args: readonly string[], env: Record<string, string> = {}, input = "") {
  const its = { ASKONCE_TEST_CLOCK_MS: String(clockMs), ...env };
  return home.startCommand(process.execPath, ["--import", SHIM, PROGRAM, ...args], { env: its, input }).done;
}

const HIT = ["get", "work-keys", "--no-prompt"];

/** A session that is made by one clock. */
async function signIn(home: Home, aws: FakeAws, clockMs: number): Promise<void> {
  home.configure(home.serialLine);
  const login = ["login", "work-keys", "--code", "-"];
  const { status, stderr } = await runAt(home, clockMs, login, {}, aws.freshCode());
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}

function isServed(outcome: Outcome): boolean {
  if (outcome.status === 0) return answerOf(outcome) !== undefined;
  expect(outcome).toMatchObject({ status: 4, stdout: "" });
  return false;
}

guarantee(
  "A clock that is set between two calls serves nothing that is over",
  { suite: 8, stress: 64 },
  async (row) => {
    let given = 0;
    let least = Number.POSITIVE_INFINITY;
    await atOnce(Array.from({ length: row.rounds / 4 }), WIDTH, () =>
      inWorld(0, async (home, aws) => {
        const made = upTo(24 * HOUR);
        await signIn(home, aws, made);
        for (let call = 0; call < 4; call++) {
          const left = Math.random() < 0.5 ? MINUTE + upTo(3 * MINUTE) : Math.round((Math.random() * 4 - 1) * HOUR);
          const setBy = Math.random() < 0.7 ? upTo(24 * HOUR) : upTo(2 * HOUR);
          home.leave("session", left / 1000);
          const served = isServed(await runAt(home, made + setBy, HIT));
          const what = `${left} ms left, clock set by ${setBy} ms`;
          if (served) least = Math.min(least, left);
          if (served) expect(left, what).toBeGreaterThan(MINUTE - 5_000);
          // Set forward it cannot be told from a machine that was paused: then a good one is given up.
          const isGood = left - Math.max(0, setBy) > MINUTE + 10_000;
          if (isGood) expect([what, served]).toEqual([what, true]);
          if (!served && left > MINUTE) given++;
        }
      }),
    );
    row.worst = `${Math.round(least / 1000)} s left of one served, ${given} given up`;
    expect(least).toBeGreaterThan(MINUTE - 5_000);
  },
);

it("the trial can fail: by the wall clock alone one that is over is served", async () => {
  await inWorld(0, async (home, aws) => {
    await signIn(home, aws, 0);
    home.leave("session", -1800);
    const directory = join(home.cache, "sessions");
    const path = join(directory, readdirSync(directory)[0] ?? "");
    const whole = readFileSync(path, "utf8");
    expect(isServed(await runAt(home, -2 * HOUR, HIT))).toBe(false);
    const { madeAt: _, ...rest } = JSON.parse(whole);
    writeFileSync(path, JSON.stringify(rest));
    expect(isServed(await runAt(home, -2 * HOUR, HIT))).toBe(true);
  });
});

guarantee(
  "A machine that sleeps in the middle of a call serves nothing over",
  { suite: 8, stress: 48 },
  async (row) => {
    let after = 0;
    let before = 0;
    await inWorld(0, async (home, aws) => {
      await signIn(home, aws, 0);
      home.leave("session", 3600);
      await atOnce([...Array(row.rounds).keys()], WIDTH, async (round) => {
        const report = join(home.path, `readings-${round}`);
        const jumpAt = 1 + Math.floor(Math.random() * 4);
        // Every second time right after it was judged, by which the answer would be an old one.
        const isJudged = round % 2 === 0;
        const outcome = await runAt(home, 0, HIT, {
          ...(isJudged ? { ASKONCE_TEST_JUMP_AFTER: "cached" } : { ASKONCE_TEST_JUMP_AT: String(jumpAt) }),
          ASKONCE_TEST_JUMP_MS: String(HOUR + Math.random() * 10 * HOUR),
          ASKONCE_TEST_READINGS: report,
          // A log looks at the clock too, also when all is printed.
          ASKONCE_LOG: "",
        });
        const slept = isJudged || Number(readFileSync(report, "utf8")) >= jumpAt;
        rmSync(report);
        if (!slept) before++;
        else if (outcome.status === 0) after++;
        if (slept) expect([jumpAt, outcome.status, outcome.stdout]).toEqual([jumpAt, 4, ""]);
        else answerOf(outcome);
      });
    });
    row.worst = `${after} served after the sleep, ${before} before it`;
  },
);

guarantee(
  "One code at two devices, and a used one at each: neither disturbs",
  { suite: 2, stress: 12 },
  async (row) => {
    let slowest = 0;
    await atOnce([...Array(row.rounds).keys()], WIDTH, (round) =>
      inWorld(0, async (home, aws) => {
        const { jane, dan } = aws.fixture;
        const devices = { "work-keys": jane.devices.phone.serial, dan: dan.devices.phone.serial };
        // Both show the same digits.
        const secret = aws.state.device(devices["work-keys"]).codes?.secret;
        Object.assign(aws.state.device(devices.dan).codes ?? {}, { secret });
        const input = aws.code();
        const login = (name: keyof typeof devices) =>
          home.run(["login", name, "--code", "-", "--mfa-serial", devices[name]], { input });
        const startedMs = performance.now();
        const first =
          round % 2 === 0
            ? await Promise.all([login("work-keys"), login("dan")])
            : [await login("work-keys"), await login("dan")];
        slowest = Math.max(slowest, performance.now() - startedMs);
        expect(first.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
          Array(2).fill({ status: 0, stderr: "" }),
        );
        for (const name of ["work-keys", "dan"] as const) {
          const { status, stderr } = await login(name);
          expect([name, status, stderr]).toEqual([name, 4, expect.stringMatching(/that code was used \d+ s ago/)]);
        }
        expect(aws.calls("GetSessionToken").map(({ code }) => code)).toEqual(["OK", "OK"]);
      }),
    );
    row.worst = `${Math.round(slowest)} ms for both, 1 call each`;
  },
);

/** Sets AWS's clock, hours off ours, to so many seconds before its next step. */
function setBeforeStep(aws: FakeAws, seconds: number): void {
  const stepMs = 30_000;
  aws.settings.clockOffsetSeconds = 3_600 + ((stepMs - (Date.now() % stepMs)) / 1000 - seconds);
}
const msToStep = (aws: FakeAws): number => 30_000 - ((Date.now() + aws.settings.clockOffsetSeconds * 1000) % 30_000);

guarantee("A used code: the wait is the phone's, and a program waits it out", { suite: 2, stress: 8 }, async (row) => {
  let worst = 0;
  // It waits most of the time.
  await atOnce(Array.from({ length: row.rounds }), 8, () =>
    inWorld(0, async (home, aws) => {
      const seconds = 5 + Math.random() * 5;
      setBeforeStep(aws, seconds);
      home.configure(home.phoneLines());
      const show = () => home.showCode(aws.codeAt(Date.now() + aws.settings.clockOffsetSeconds * 1000));
      const input = show();
      answerOf(await home.run(["get", "work"]));
      await home.run(["logout", "--all"]);
      const startedMs = msToStep(aws);
      const typed = await home.run(["login", "work", "--code", "-"], { input });
      const endedMs = msToStep(aws);
      const told = Number(/used \d+ s ago; the next one comes in (\d+) s/.exec(typed.stderr)?.[1]);
      const isInStep = endedMs < startedMs;
      if (isInStep) {
        worst = Math.max(worst, told * 1000 - startedMs, endedMs - told * 1000);
        // Date has whole seconds.
        expect(told * 1000).toBeLessThan(startedMs + 2_500);
        expect(told * 1000).toBeGreaterThan(endedMs - 2_500);
      }
      const phone = setInterval(show, 200);
      try {
        answerOf(await home.run(["get", "work"]));
      } finally {
        clearInterval(phone);
      }
      const codes = aws.calls("GetSessionToken").map(({ code }) => code);
      expect(codes).toEqual(["SignatureDoesNotMatch", "OK", "OK"]);
    }),
  );
  row.worst = `${Math.round(worst)} ms off, no code twice`;
});
