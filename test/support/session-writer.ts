/** Replaces one session again and again, a process of its own, until a line comes on stdin; `plain` in place, as anybody would who thinks nothing of it. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate as turn } from "node:timers/promises";
import { writeSession } from "../../src/cache/session-file.ts";
import { readSessionRecord } from "../../src/cache/session-list.ts";
import { variant } from "./whole-session.ts";

const [directory = "", id = "", how = ""] = process.argv.slice(2);
const first = readSessionRecord(directory, id, process.getuid?.());
if (first === undefined) throw new Error("no session to begin with");
let isOver = false;
createInterface({ input: process.stdin }).once("line", () => {
  isOver = true;
});
process.stdout.write("ready\n");
let writes = 0;
for (; !isOver; writes++) {
  const session = variant(first, writes);
  if (how === "plain") writeFileSync(join(directory, `${id}.json`), JSON.stringify({ version: 1, ...session }));
  else writeSession(directory, session, session);
  await turn();
}
process.stdout.write(`${JSON.stringify({ writes })}\n`, () => process.exit(0));
