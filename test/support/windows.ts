/** Windows that ask, without a desktop: a display that only answers, and programs that stand for those who draw on it. */

import { createServer } from "node:net";
import { afterAll, beforeAll } from "vitest";
import type { Home } from "./askonce.ts";

/** X servers listen on 6000 and their number. */
const FIRST_PORT = 6_000;

/** A display that answers whoever looks whether it does, and shows nothing. */
export async function fakeDisplay(): Promise<{ display: string; close(): void }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.write(Buffer.alloc(8)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  if (port < FIRST_PORT) {
    server.close();
    return fakeDisplay();
  }
  return { display: `127.0.0.1:${port - FIRST_PORT}`, close: () => server.close() };
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
