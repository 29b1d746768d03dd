/** Windows that ask, without a desktop: a display that only answers, and programs that stand for those who draw on it. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll } from "vitest";
import type { Home } from "./askonce.ts";

/** X servers listen on 6000 and their number. */
const FIRST_PORT = 6_000;

/** Prints its port, and ends with who started it. */
const SERVER = `
const server = require("node:net").createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => socket.write(Buffer.alloc(8)));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
`;

/**
 * A display that answers whoever looks whether it does, and shows nothing. As a real one it is a process of its own: what
 * the tests do meanwhile is not to hold up its answers.
 */
async function fakeDisplay(): Promise<{ display: string; close(): Promise<void> }> {
  const server = spawn(process.execPath, ["-e", SERVER], { stdio: ["pipe", "pipe", "inherit"] });
  const exit = once(server, "exit");
  const close = async (): Promise<void> => {
    server.stdin.end();
    await exit;
  };
  const [port] = await once(createInterface(server.stdout), "line");
  if (Number(port) >= FIRST_PORT) return { display: `127.0.0.1:${Number(port) - FIRST_PORT}`, close };
  await close();
  return fakeDisplay();
}

/** Registers such a display for the tests of a file; returns what tells its name. */
export function withDisplay(): () => string {
  let screen: Awaited<ReturnType<typeof fakeDisplay>>;
  beforeAll(async () => {
    screen = await fakeDisplay();
  });
  afterAll(() => screen.close());
  return () => screen.display;
}

/** A window program that notes that it was shown and with which words, and then does what the script says. */
export function windowProgram(home: Home, name: string, script: string): void {
  home.executable(
    `bin/${name}`,
    `echo shown >> ${home.path}/${name}.shown; for word; do printf '%s\\n' "$word"; done >> ${home.path}/${name}.words
${script}`,
  );
}

/** How often a window program was shown. */
export function windowsShown(home: Home, name = "zenity"): number {
  return home.read(`${name}.shown`).split("\n").length - 1;
}
