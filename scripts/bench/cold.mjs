// @ts-check
/** What a hit is not: a session that has to be made, a role that has to be taken, a hundred that wait for one code. */

import diagnostics from "node:diagnostics_channel";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAnswer } from "./home.mjs";
import { programOf, run, start } from "./measure.mjs";
import { nodeYardstick } from "./rows.mjs";

/** @typedef {import("./measure.mjs").Row} Row */
/** @typedef {import("./measure.mjs").Cost} Cost */
/** @typedef {import("./home.mjs").BenchHome} BenchHome */

/** As a person types at the quickest: by then askonce only waits for the code. */
const TYPING_MS = 600;
const STORM = 100;
const STORM_STARTS_WITHIN_MS = 90_000;

/**
 * Cold runs and role renewals in turn, with `node -e 0`.
 *
 * @param {BenchHome} home
 * @param {number} rounds
 */
export async function measureCold(home, rounds) {
  await home.makeReady();
  const part = { ...home.row("work-keys"), isPart: true };
  /** @type {Row["around"]} */
  const atOnce = async (work) => {
    home.forget(() => true);
    return (await home.withCode(work)).result;
  };
  /** @type {Row["around"]} */
  const withoutRole = (work) => {
    home.forget(({ sourceId }) => sourceId !== undefined);
    return work();
  };
  const cold = { id: "cold", ...home.row("work-keys"), around: atOnce, label: "cold, whole, code at once" };
  const typed = { ...part, id: "typed", label: "cold, from the code to the line, without STS" };
  const request = { ...part, id: "request", label: "cold, from the start to the STS request" };
  const role = { id: "role", ...home.row("admin"), around: withoutRole, label: "role renewed, no code" };
  const node = nodeYardstick(home);
  /** @type {Row[]} */
  const rows = [node, request, cold, typed, role];
  /** @type {Map<string, Partial<Cost>[]>} */
  const costs = new Map(rows.map(({ id }) => [id, []]));
  const note = (/** @type {string} */ id, /** @type {Partial<Cost>} */ cost) => void costs.get(id)?.push(cost);
  for (let round = -1; round < rounds; round++) {
    const yardstick = await run(node);
    const whole = await atOnce(() => untilRequest(cold));
    home.forget(() => true);
    const later = await home.withCode(
      () => untilRequest(typed),
      () => sleep(TYPING_MS),
    );
    const renewed = await withoutRole(() => run(role));
    // The first of each warms the disk's cache.
    if (round < 0) continue;
    note("node", yardstick);
    note("cold", whole.cost);
    note("request", whole.before);
    note("typed", { wallMs: Number(later.result.cost.firstNs - later.shownNs) / 1e6 - later.result.stsMs });
    note("role", renewed);
  }
  return { rows, costs };
}

/**
 * Runs it, and looks at it when its request for a session comes. What it had cost by then, and how long STS took.
 *
 * @param {Row} row
 */
async function untilRequest(row) {
  let [cameNs, answeredNs, cpuMs] = [0n, 0n, Number.NaN];
  let [pid, requests] = [0, 0];
  const came = () => {
    requests++;
    cameNs = process.hrtime.bigint();
    cpuMs = cpuOf(programOf(pid));
  };
  const answered = () => {
    answeredNs = process.hrtime.bigint();
  };
  // The device is known: the one request is for the session.
  diagnostics.subscribe("http.server.request.start", came);
  diagnostics.subscribe("http.server.response.finish", answered);
  try {
    const started = start(row.command);
    pid = started.pid;
    const cost = await started.done;
    if (cost.status !== 0 || !isAnswer(cost.out) || requests !== 1)
      throw new Error(`${row.label}: ${requests} requests\n${cost.err}`);
    const before = { wallMs: Number(cameNs - cost.startedNs) / 1e6, cpuMs };
    return { cost, before, stsMs: Number(answeredNs - cameNs) / 1e6 };
  } finally {
    diagnostics.unsubscribe("http.server.request.start", came);
    diagnostics.unsubscribe("http.server.response.finish", answered);
  }
}

/** What a process has used of the processor by now, all threads; NaN where that cannot be told. @param {number} pid */
function cpuOf(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const used = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]),
    );
    return used.reduce((sum, one) => sum + one, 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/**
 * A hundred at once, none of which has a session, and one code.
 *
 * @param {BenchHome} home
 * @returns {Promise<{ row: Row, cost: Partial<Cost> }>} `wallMs` is from the code to the last answer, `peakMb` what all hold while they wait
 */
export async function measureStorm(home) {
  const row = { id: "storm", ...home.row("work-keys"), label: `${STORM} at once: from one code to the last answer` };
  await home.makeReady();
  home.forget(() => true);
  home.aws.clearCalls();
  /** @type {ReturnType<typeof start>[]} */
  let crowd = [];
  let peakMb = Number.NaN;
  const { result, shownNs } = await home.withCode(
    async () => {
      crowd = Array.from({ length: STORM }, () => start(row.command));
      const costs = await Promise.all(crowd.map(({ done }) => done));
      return { costs, endedNs: process.hrtime.bigint() };
    },
    async () => {
      await allWait(home);
      peakMb = pssMb(crowd.map(({ pid }) => programOf(pid)));
    },
  );
  const answers = new Set(result.costs.map(({ out }) => out));
  const calls = home.aws.count("GetSessionToken");
  if (answers.size !== 1 || !isAnswer([...answers].join()) || calls !== 1) {
    throw new Error(
      `${row.label}: ${answers.size} answers and ${calls} calls\n${result.costs.map(({ err }) => err).join("")}`,
    );
  }
  const cpuMs = result.costs.reduce((sum, cost) => sum + cost.cpuMs, 0);
  return { row, cost: { wallMs: Number(result.endedNs - shownNs) / 1e6, cpuMs, peakMb } };
}

/** Until one of them asks and every other has said that it could, and a moment more. @param {BenchHome} home */
async function allWait(home) {
  const untilMs = Date.now() + STORM_STARTS_WITHIN_MS;
  const locks = join(home.sessions, "../locks");
  while (readdirSync(locks).filter((name) => /\.announced\.way\..*\.lock$/.test(name)).length < STORM - 1) {
    if (Date.now() > untilMs) throw new Error(`not all of ${STORM} have come to wait`);
    await sleep(100);
  }
  await sleep(1_000);
}

/** What they hold together, a page that several have counted once; NaN where that cannot be told. @param {readonly number[]} pids */
function pssMb(pids) {
  try {
    const sizes = pids.map((pid) =>
      Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))?.[1]),
    );
    return sizes.reduce((sum, one) => sum + one, 0) / 1024;
  } catch {
    return Number.NaN;
  }
}
