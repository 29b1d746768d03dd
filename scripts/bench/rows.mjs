// @ts-check
/** Hits, and the yardsticks they are compared with. */

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAnswer, LAUNCHER } from "./home.mjs";
import { compile, inTurn } from "./measure.mjs";

/** @typedef {import("./measure.mjs").Row} Row */
/** @typedef {import("./home.mjs").BenchHome} BenchHome */

/** How shells are started with a script, as POSIX has it. */
const SHELLS = {
  dash: ["dash"],
  bash: ["bash", "--posix"],
  busybox: ["busybox", "sh"],
  zsh: ["zsh", "--emulate", "sh"],
};
const MANY = 10_000;
const FEW = 10;
/** What any program has to do that tells how long sessions last. */
const READ_ALL = `const { readdirSync, readFileSync } = require("node:fs");
const [directory] = process.argv.slice(1);
const sessions = readdirSync(directory).map((name) => JSON.parse(readFileSync(directory + "/" + name, "utf8")));
process.stdout.write(String(sessions.filter(({ expiresAtMs }) => expiresAtMs > 0).length));`;

/** @param {Pick<BenchHome, "command">} home @returns {Row} */
export function nodeYardstick(home) {
  return { id: "node", label: "node -e 0", command: home.command([process.execPath, "-e", "0"]), isRight: isNothing };
}

/**
 * A hit, however it is had.
 *
 * @param {(name: string) => BenchHome} newHome
 * @param {string} directory
 * @param {number} rounds
 */
export async function measureHits(newHome, directory, rounds) {
  const home = newHome("hit");
  const answer = await home.makeReady();
  const [few, many] = [newHome("few"), newHome("many")];
  await few.makeReady(FEW);
  await many.makeReady(MANY);
  const isSame = (/** @type {string} */ out) => out === answer;
  /** @type {Row[]} */
  const rows = [];
  const shells = Object.entries(SHELLS).filter(([, [program = ""]]) => isThere(program));
  for (const [name, argv] of shells) {
    const label = `${argv.join(" ")} -c :`;
    rows.push({ id: name, label, command: home.command([...argv, "-c", ":"]), isRight: isNothing });
  }
  rows.push(nodeYardstick(home));
  const reader = compile("yardstick", directory);
  if (reader !== undefined) {
    const file = join(directory, "answer");
    writeFileSync(file, answer);
    rows.push({
      id: "c",
      label: "C program that prints a file",
      command: home.command([reader, file]),
      isRight: isSame,
    });
  }
  for (const [name, argv] of shells) {
    const command = home.command([...argv, LAUNCHER, "work-keys"]);
    rows.push({
      id: `launcher-${name}`,
      label: `hit, launcher, ${argv.join(" ")}`,
      command,
      isRight: isSame,
      shell: name,
    });
  }
  const ready = home.askonce("get", "work-keys");
  rows.push({ id: "ready", label: "hit, Node, ready", command: ready, isRight: isSame });
  const parsed = home.askonce("get", "work-keys", "--no-prompt");
  rows.push({ id: "parsed", label: "hit, Node, parses the config", command: parsed, isRight: isSame });
  for (const [count, other] of /** @type {const} */ ([
    [FEW, few],
    [MANY, many],
  ])) {
    const named = `${count.toLocaleString("en")} sessions cached`;
    const command = other.command([LAUNCHER, "work-keys"]);
    rows.push({ id: `launcher-${count}`, label: `hit, launcher, ${named}`, command, isRight: isAnswer });
    const flagged = other.askonce("get", "work-keys", "--no-prompt");
    // Its JSON of so many would wait for a reader, who comes when it has ended.
    const status = other.askonce("status");
    rows.push({ id: `status-${count}`, label: `status, ${named}`, command: status, isRight: isPictureOf(count) });
    rows.push({ id: `parsed-${count}`, label: `hit, Node, ${named}`, command: flagged, isRight: isAnswer });
  }
  const reading = many.command([process.execPath, "-e", READ_ALL, many.sessions]);
  const label = `node that reads ${MANY.toLocaleString("en")} files`;
  rows.push({ id: "reading", label, command: reading, isRight: (out) => out === String(MANY) });
  return { rows, costs: await inTurn(rows, rounds) };
}

/** @param {string} program */
function isThere(program) {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0;
}

/** @param {string} out */
function isNothing(out) {
  return out === "";
}

/** Whether this shows so many sessions: a line each, and how many more there are. @param {number} count @returns {(out: string) => boolean} */
function isPictureOf(count) {
  return (out) => {
    const more = Number(/^and ([\d,]+) more/m.exec(out)?.[1]?.replaceAll(",", "") ?? 0);
    return (out.match(/ left /g) ?? []).length + more >= count;
  };
}
