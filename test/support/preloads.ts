/** What is loaded into the program before it begins, by NODE_OPTIONS: a signal at an exact moment, a clock that jumps. */

import type { Home } from "./askonce.ts";

/** A moment of a refresh: `before` or `after` a file is opened, renamed or written to, told by its (new) path or by the text. */
export interface Moment {
  readonly when: "before" | "after";
  readonly call: "openSync" | "renameSync" | "writeSync";
  readonly path: RegExp;
}

/** The moments of a refresh, in their order. */
export const MOMENTS = {
  "with the lock to ask": { when: "after", call: "renameSync", path: /\.ask\.[^/]+\.lock$/ },
  "with the lock to send": { when: "after", call: "renameSync", path: /\.exchange\.lock$/ },
  "about to send": { when: "after", call: "renameSync", path: /\.used\.json$/ },
  "with the answer": { when: "before", call: "openSync", path: /sessions\/[^/]+\.tmp$/ },
  "in the middle of writing": { when: "after", call: "openSync", path: /sessions\/[^/]+\.tmp$/ },
  "with the session written": { when: "after", call: "renameSync", path: /sessions\/[^/]+\.json$/ },
  "giving the lock back": { when: "before", call: "renameSync", path: /\/gone-[^/]+$/ },
} as const satisfies Record<string, Moment>;

/** AWS has answered, and it is not looked yet whether the lock is still there: seen in the log, which has to be kept. */
export const ANSWERED: Moment = { when: "after", call: "writeSync", path: /GetSessionToken/ };

const SIGNAL = `const fs = require("node:fs");
const { when, call, path, signal } = JSON.parse(process.env.ASKONCE_TEST_MOMENT);
const original = fs[call];
let isOver = false;
fs[call] = (...args) => {
  const isIt = !isOver && new RegExp(path).test(String(args[call === "openSync" ? 0 : 1]));
  if (isIt) isOver = true;
  if (isIt && when === "before") process.kill(process.pid, signal);
  const result = original(...args);
  if (isIt && when === "after") process.kill(process.pid, signal);
  return result;
};
require("node:module").syncBuiltinESMExports();
`;

/** An environment in which the program sends itself a signal at a moment. */
export function signalAt(home: Home, moment: Moment, signal: "SIGKILL" | "SIGSTOP"): Record<string, string> {
  const { when, call, path } = moment;
  return {
    ASKONCE_LOG: `${home.path}/log-of-the-signalled`,
    NODE_OPTIONS: `--require ${home.write("signal.cjs", SIGNAL)}`,
    ASKONCE_TEST_MOMENT: JSON.stringify({ when, call, path: path.source, signal }),
  };
}

/**
 * Wall clock, and the steady one where told, are what the system says and the milliseconds in a file: looked up each time,
 * so that all who share the file jump together. Files of ours are dated by that clock too.
 */
const CLOCK = `const fs = require("node:fs");
const { path, steadyToo } = JSON.parse(process.env.ASKONCE_TEST_CLOCK);
const { readFileSync, writeFileSync, utimesSync } = fs;
const offset = () => Number(readFileSync(path, "utf8"));
const [now, steady] = [Date.now, performance.now.bind(performance)];
Object.defineProperty(performance, "timeOrigin", { value: performance.timeOrigin + offset() });
Date.now = () => now() + offset();
globalThis.Date = new Proxy(Date, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args),
});
if (steadyToo) performance.now = () => steady() + offset();
fs.writeFileSync = (file, ...rest) => {
  writeFileSync(file, ...rest);
  if (/\\/holder-/.test(String(file))) utimesSync(file, Date.now() / 1000, Date.now() / 1000);
};
require("node:module").syncBuiltinESMExports();
`;

/** A clock that all who get its environment share; \`jump\` moves it. */
export function movableClock(home: Home, steadyToo = false) {
  const path = home.write("clock-offset", "0");
  let offsetMs = 0;
  return {
    env: {
      NODE_OPTIONS: `--require ${home.write("clock.cjs", CLOCK)}`,
      ASKONCE_TEST_CLOCK: JSON.stringify({ path, steadyToo }),
    },
    /** AWS's clock too, as after a sleep, or this machine's alone. */
    jump(ms: number, whose: "everybody's" | "ours" = "everybody's"): void {
      offsetMs += ms;
      home.write("clock-offset", String(offsetMs));
      if (whose === "everybody's") home.aws.settings.clockOffsetSeconds = offsetMs / 1000;
    },
  };
}
