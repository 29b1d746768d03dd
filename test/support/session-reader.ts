/** Reads one session again and again, a process of its own; on a line on stdin it says what it has seen, and ends. */

import { createInterface } from "node:readline";
import { setImmediate as turn } from "node:timers/promises";
import { readSession } from "../../src/cache/session-file.ts";
import { openCredentials } from "../../src/session/stored-session.ts";
import { isOfOnePiece } from "./whole-session.ts";

const [directory = "", id = ""] = process.argv.slice(2);
let reads = 0;
let torn = 0;
let isOver = false;
const keys = new Set<string>();
createInterface({ input: process.stdin }).once("line", () => {
  isOver = true;
});
process.stdout.write("ready\n");
while (!isOver) {
  for (let burst = 0; burst < 50; burst++) {
    const session = readSession(directory, id, process.getuid?.());
    reads++;
    const credentials = session && (await openCredentials(session));
    if (credentials === undefined || !isOfOnePiece(credentials)) torn++;
    else keys.add(credentials.accessKeyId);
  }
  await turn();
}
process.stdout.write(`${JSON.stringify({ reads, torn, different: keys.size })}\n`, () => process.exit(0));
