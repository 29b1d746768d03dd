/** AWS in trouble, in every way it can be: bounded calls, one line, no code twice, and what is good is served meanwhile. */

import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { answerOf, Home, type Outcome } from "../support/askonce.ts";
import { atOnce } from "../support/at-once.ts";
import { FAULTS } from "../support/fake-aws/faults.ts";
import { type FakeAws, startFakeAws } from "../support/fake-aws/server.ts";
import { guarantee } from "../support/guarantee.ts";
import { certificate, startForwarder } from "../support/proxies.ts";

/** Most of the time is waiting. */
const WIDTH = 8;

type FaultName = keyof typeof FAULTS;
const ACTIONS = ["GetSessionToken", "AssumeRole", "ListMFADevices"] as const;
type Action = (typeof ACTIONS)[number];

interface Trouble {
  readonly fault: FaultName;
  /** Calls with a code, and others. */
  readonly calls: readonly [number, number];
  /** What the line says of it. */
  readonly says: RegExp;
  /** Less than the usual time, where the server would use all of it. */
  readonly deadlineSeconds?: number;
}

const NO_ANSWER = /askonce: 127\.0\.0\.1 sent something that is no answer of AWS; /;
const BROKEN = /askonce: cannot reach 127\.0\.0\.1 \(ECONNRESET\); /;
const TOO_LATE = /askonce: 127\.0\.0\.1 did not answer in time for (work|admin); /;

const TROUBLES: readonly Trouble[] = [
  { fault: "internalFailure", calls: [1, 3], says: /127\.0\.0\.1 answered 500 \(InternalFailure\); / },
  { fault: "serviceUnavailable", calls: [1, 3], says: /127\.0\.0\.1 answered 503 \(ServiceUnavailable\); / },
  // STS looked at no code then.
  { fault: "throttling", calls: [3, 3], says: /127\.0\.0\.1 answered 400 \(Throttling\); / },
  { fault: "resetBefore", calls: [1, 3], says: BROKEN },
  { fault: "resetAfter", calls: [1, 3], says: BROKEN },
  { fault: "halfBody", calls: [1, 3], says: BROKEN },
  { fault: "garbage", calls: [1, 1], says: NO_ANSWER },
  { fault: "empty", calls: [1, 1], says: NO_ANSWER },
  { fault: "html", calls: [1, 1], says: NO_ANSWER },
  { fault: "otherXml", calls: [1, 1], says: NO_ANSWER },
  { fault: "json", calls: [1, 1], says: NO_ANSWER },
  { fault: "huge", calls: [1, 1], says: NO_ANSWER },
  { fault: "redirect", calls: [1, 1], says: /127\.0\.0\.1 answered 302 / },
  { fault: "dripping", calls: [1, 1], says: TOO_LATE, deadlineSeconds: 8 },
  { fault: "silence", calls: [1, 1], says: TOO_LATE, deadlineSeconds: 8 },
  { fault: "silenceAfter", calls: [1, 1], says: TOO_LATE, deadlineSeconds: 8 },
];
const FAULT_NAMES = TROUBLES.map(({ fault }) => fault);

/** A home and an AWS for one round. */
async function inWorld<T>(work: (aws: FakeAws, home: Home) => Promise<T>): Promise<T> {
  const aws = await startFakeAws();
  const home = new Home(aws);
  try {
    home.configure(`mfa_process = ${home.phone()}`);
    home.showCode();
    return await work(aws, home);
  } finally {
    home.dispose();
    await aws.close();
  }
}

/** The one line of a failure. */
function lineOf({ status, stdout, stderr }: Outcome, expected = 5): string {
  expect({ status, stdout, stderr }).toEqual({
    status: expected,
    stdout: "",
    stderr: expect.stringMatching(/^askonce: [^\n]+; [^\n]+\n$/),
  });
  return stderr;
}

const anyOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
const repeated = <T>(list: readonly T[], rounds: number): T[] =>
  Array.from({ length: rounds }, (_, index) => list[index % list.length] as T);
const range = (values: readonly number[]): string => `${Math.min(...values)}-${Math.max(...values)}`;

/** Times between calls of one action. */
function gaps(aws: FakeAws, action: Action): number[] {
  const at = aws.calls(action).map(({ timeMs }) => timeMs);
  return at.slice(1).map((time, index) => time - (at[index] ?? 0));
}

const ROWS = TROUBLES.flatMap((trouble) => ACTIONS.map((action) => ({ trouble, action })));
/** What the suite tries comes first: each trouble for a code, one of each kind for the other calls. */
const QUICK: readonly FaultName[] = ["internalFailure", "resetAfter", "halfBody", "empty"];
const isQuick = ({ trouble, action }: (typeof ROWS)[number]) =>
  action === "GetSessionToken" || QUICK.includes(trouble.fault);
const TABLE = [...ROWS.filter(isQuick), ...ROWS.filter((row) => !isQuick(row))];

guarantee(
  "AWS in trouble: a few calls, further and further apart, and one line",
  { suite: ROWS.filter(isQuick).length, stress: TABLE.length },
  async (row) => {
    const pauses: [number[], number[]] = [[], []];
    const seen = await atOnce(repeated(TABLE, row.rounds), WIDTH, ({ trouble, action }) =>
      inWorld(async (aws, home) => {
        if (action === "AssumeRole") answerOf(await home.run(["get", "work"]));
        aws.clearCalls();
        aws.fault(action, FAULTS[trouble.fault], Number.POSITIVE_INFINITY);
        const { deadlineSeconds = 55 } = trouble;
        const name = action === "AssumeRole" ? "admin" : "work";
        const outcome = await home.run(["get", name, "--deadline", String(deadlineSeconds)]);
        const [first, second] = gaps(aws, action);
        if (first !== undefined) pauses[0].push(first);
        if (second !== undefined) pauses[1].push(second);
        return { trouble, action, outcome, calls: aws.count(action) };
      }),
    );
    row.worst = `3 calls, pauses of ${range(pauses[0])} and ${range(pauses[1])} ms`;
    for (const { trouble, action, outcome, calls } of seen) {
      const expected = trouble.calls[action === "GetSessionToken" ? 0 : 1];
      expect([trouble.fault, action, calls]).toEqual([trouble.fault, action, expected]);
      expect(lineOf(outcome)).toMatch(trouble.says);
    }
    // Noise makes them longer, never shorter; and never all the same.
    expect([Math.min(...pauses[0]) >= 195, Math.min(...pauses[1]) >= 395]).toEqual([true, true]);
    for (const them of pauses) expect(new Set(them.map((ms) => Math.round(ms / 10))).size).toBeGreaterThan(3);
  },
);

interface Unreached {
  readonly what: string;
  readonly says: RegExp;
  /** Connections to what is there, where something is. */
  readonly connections?: number;
  start(aws: FakeAws): Promise<{ env: Record<string, string>; forwarder?: Awaited<ReturnType<typeof startForwarder>> }>;
}

const behind =
  (tls: true | "expired" | "elsewhere", bundle?: Parameters<typeof certificate>[0]): Unreached["start"] =>
  async (aws) => {
    const forwarder = await startForwarder(aws.port, { tls });
    const trusted = bundle === undefined ? {} : { AWS_CA_BUNDLE: certificate(bundle) };
    return { env: { AWS_ENDPOINT_URL: forwarder.url, ...trusted }, forwarder };
  };
const at =
  (url: string): Unreached["start"] =>
  async () => ({ env: { AWS_ENDPOINT_URL: url } });

const UNREACHED: readonly Unreached[] = [
  { what: "nobody listens", says: /cannot reach 127\.0\.0\.1 \(ECONNREFUSED\)/, start: at("http://127.0.0.1:9") },
  {
    what: "no such host",
    says: /cannot reach sts\.nowhere\.invalid \((ENOTFOUND|EAI_AGAIN)\)/,
    start: at("https://sts.nowhere.invalid"),
  },
  { what: "a CA of nobody's", says: /127\.0\.0\.1 \(UNABLE_TO_\w+\)/, connections: 1, start: behind(true) },
  {
    what: "signed by itself",
    says: /127\.0\.0\.1 \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    connections: 1,
    start: behind("elsewhere"),
  },
  {
    what: "of another host",
    says: /127\.0\.0\.1 \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
    connections: 1,
    start: behind("elsewhere", "elsewhere"),
  },
  { what: "over", says: /127\.0\.0\.1 \(CERT_HAS_EXPIRED\)/, connections: 1, start: behind("expired", "expired") },
];

guarantee(
  "An AWS that is not reached costs no code: the same one works afterwards",
  { suite: UNREACHED.length, stress: UNREACHED.length },
  async (row) => {
    const lines = await atOnce(repeated(UNREACHED, row.rounds), WIDTH, ({ says, connections, start }) =>
      inWorld(async (aws, home) => {
        const { env, forwarder } = await start(aws);
        const get = ["get", "work", "--mfa-serial", aws.fixture.jane.devices.phone.serial];
        try {
          const line = lineOf(await home.run(get, { env }));
          expect(line).toMatch(says);
          if (connections !== undefined) expect(forwarder?.connections).toBe(connections);
          answerOf(await home.run(get));
          expect([home.prompts, aws.count("GetSessionToken")]).toEqual([2, 1]);
          return line;
        } finally {
          await forwarder?.close();
        }
      }),
    );
    row.worst = `${new Set(lines).size} different lines, 1 call with the code`;
  },
);

guarantee(
  "While the old session is good it is served, whatever AWS is in",
  { suite: 8, stress: FAULT_NAMES.length },
  async (row) => {
    const start = Math.floor(Math.random() * FAULT_NAMES.length);
    const rounds = Array.from({ length: row.rounds }, (_, index) => ({
      kind: index % 2 === 0 ? ("session" as const) : ("role" as const),
      fault: FAULT_NAMES[(start + Math.floor(index / 2)) % FAULT_NAMES.length] as FaultName,
    }));
    const took = await atOnce(rounds, WIDTH, ({ kind, fault }) =>
      inWorld(async (aws, home) => {
        const name = kind === "role" ? "admin" : "work";
        answerOf(await home.run(["get", name]));
        const old = home.leave(kind, 61 + 15 + Math.random() * 800);
        home.showCode();
        aws.fault("*", FAULTS[fault], Number.POSITIVE_INFINITY);
        const startedMs = performance.now();
        const answer = answerOf(await home.run(["get", name]));
        expect([fault, answer.AccessKeyId]).toEqual([fault, old]);
        return performance.now() - startedMs;
      }),
    );
    row.worst = `served after ${Math.round(Math.max(...took))} ms`;
    expect(Math.max(...took)).toBeLessThan(30_000);
  },
);

/** After these STS has spent the code, or may have. */
const SPENDING: readonly FaultName[] = [
  "resetAfter",
  "halfBody",
  "garbage",
  "html",
  "silenceAfter",
  "dripping",
  "huge",
];

guarantee(
  "A code whose answer was lost is not sent again, even by the next process",
  { suite: SPENDING.length + 1, stress: SPENDING.length + 1 },
  async (row) => {
    const rounds = repeated<FaultName | "killed">(["killed", ...SPENDING], row.rounds);
    const lines = await atOnce(rounds, WIDTH, (fault) =>
      inWorld(async (aws, home) => {
        const input = home.showCode();
        const login = ["login", "work-keys", "--code", "-", "--deadline", "8"];
        aws.fault("GetSessionToken", fault === "killed" ? FAULTS.silenceAfter : FAULTS[fault]);
        const first = home.start(login, { input });
        if (fault === "killed") {
          while (aws.calls("GetSessionToken")[0]?.code !== "OK") await sleep(5);
          first.child.kill("SIGKILL");
        }
        const outcome = await first.done;
        if (fault !== "killed") lineOf(outcome);
        const line = lineOf(await home.run(login, { input }), 4);
        expect(line).toMatch(/^askonce: that code was used \d+ s ago; the next one comes in \d+ s; give that one\n$/);
        expect([fault, aws.calls("GetSessionToken").map(({ code }) => code)]).toEqual([fault, ["OK"]]);
        return Number(/in (\d+) s/.exec(line)?.[1]);
      }),
    );
    row.worst = `1 call with each code, next in ${range(lines)} s`;
    expect([Math.min(...lines) >= 1, Math.max(...lines) <= 30]).toEqual([true, true]);
  },
);

guarantee(
  "Any troubles in a row: no code reaches STS twice, and then it works",
  { suite: 4, stress: 10 },
  async (row) => {
    let calls = 0;
    const troubles = FAULT_NAMES.filter((name) => name !== "dripping" && !name.startsWith("silence"));
    await atOnce(Array.from({ length: row.rounds }), WIDTH, () =>
      inWorld(async (aws, home) => {
        const story: string[] = [];
        for (let run = 0; run < 3; run++) {
          aws.clearFaults();
          for (let index = 0; index < 1 + Math.random() * 3; index++) {
            const fault = anyOf(troubles);
            aws.fault(anyOf(["*", "GetSessionToken"]), FAULTS[fault]);
            story.push(fault);
          }
          // The device may still show the code of the last run.
          const input = Math.random() < 0.7 ? home.read("code") : home.showCode();
          const before = aws.calls().length;
          const outcome = await home.run(["login", "admin", "--code", "-", "--deadline", "20"], { input });
          story.push(`-> ${outcome.status}`);
          if (outcome.status !== 0) lineOf(outcome, outcome.status === 4 ? 4 : 5);
          calls = Math.max(calls, aws.calls().length - before);
        }
        aws.clearFaults();
        // A minute later: a code that AWS may have spent is not shown any more, though it was not.
        const { codes } = home.aws.state.device(home.aws.fixture.jane.devices.phone.serial);
        if (codes !== undefined) codes.stepsAhead += 2;
        const last = await home.run(["login", "admin", "--code", "-"], { input: home.showCode() });
        expect([story.join(" "), last.status, last.stderr]).toEqual([story.join(" "), 0, ""]);
        const rejected = aws.calls("GetSessionToken").filter(({ code }) => code === "AccessDenied");
        expect([story.join(" "), rejected]).toEqual([story.join(" "), []]);
      }),
    );
    row.worst = `${calls} calls in one run, 0 codes twice`;
    expect(calls).toBeLessThanOrEqual(9);
  },
);
