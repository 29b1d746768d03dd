// @ts-check
/**
 * Another wall clock for one process, loaded with --import: so far off (ASKONCE_TEST_CLOCK_MS), and from its so-manieth
 * reading on still further (ASKONCE_TEST_JUMP_AT, ASKONCE_TEST_JUMP_MS), or once it was read in a function of that name
 * (ASKONCE_TEST_JUMP_AFTER). How often it was read before the answer was written is left in ASKONCE_TEST_READINGS.
 */
import fs from "node:fs";

const { env } = process;
const offsetMs = Number(env.ASKONCE_TEST_CLOCK_MS ?? 0);
const jumpAt = Number(env.ASKONCE_TEST_JUMP_AT ?? Number.POSITIVE_INFINITY);
const jumpAfter = env.ASKONCE_TEST_JUMP_AFTER;
const jumpMs = Number(env.ASKONCE_TEST_JUMP_MS ?? 0);

const RealDate = Date;
const realNow = Date.now;
const startedMs = performance.timeOrigin + offsetMs;
let readings = 0;
/** @type {number | undefined} */
let readingsByAnswer;
let jumped = false;

const shiftedNow = () => {
  readings++;
  jumped ||= readings >= jumpAt;
  const nowMs = realNow() + offsetMs + (jumped ? jumpMs : 0);
  jumped ||= jumpAfter !== undefined && (new Error().stack?.includes(` ${jumpAfter} `) ?? false);
  return nowMs;
};

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, newTarget),
  get: (target, key) => (key === "now" ? shiftedNow : Reflect.get(target, key)),
});
Object.defineProperty(performance, "timeOrigin", { value: startedMs });

// A deadline's timer and what is kept afterwards look at the clock too.
for (const name of /** @type {const} */ (["write", "writeSync"])) {
  const real = fs[name];
  Object.assign(fs, {
    [name]: (/** @type {[number, Buffer]} */ ...args) => {
      if (String(args[1]).startsWith('{"Version"')) readingsByAnswer ??= readings;
      return Reflect.apply(real, fs, args);
    },
  });
}

process.on("exit", () => {
  if (env.ASKONCE_TEST_READINGS) fs.writeFileSync(env.ASKONCE_TEST_READINGS, String(readingsByAnswer ?? readings));
});
