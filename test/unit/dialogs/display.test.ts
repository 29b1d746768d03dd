import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { displayAnswers, isInsideWindows, isOverSsh } from "../../../src/dialogs/display.ts";
import { findDriver } from "../../../src/dialogs/drivers.ts";
import { FakePrograms } from "../../support/fake-programs.ts";

const isLinux = process.platform === "linux";
const NEVER = 65_535 - 6_000;
/** What X says to who has no cookie: 0 for a refusal. */
const REFUSAL = Buffer.from([0, 4, 11, 0, 0, 0, 1, 0]);
const servers: Server[] = [];
let directory: string;
let fakes: FakePrograms;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "display-"));
  fakes = new FakePrograms();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
  fakes.dispose();
});

/** A server that answers what it was said first, or is silent for undefined. Returns all it was said. */
async function serve(where: ListenOptions, answer: Buffer | "hangs up" | undefined): Promise<[Buffer[], Server]> {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      heard.push(bytes);
      if (answer === "hangs up") socket.destroy();
      else if (answer !== undefined) socket.write(answer);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(where, resolve));
  return [heard, server];
}

/** A server in a process of its own, that answers and has a short queue. */
async function serveApart(): Promise<{ path: string; server: ChildProcess }> {
  const path = join(directory, "wayland-7");
  const script = `require("node:net").createServer((socket) => socket.once("data", () => socket.write("x")))
    .listen({ path: process.argv[1], backlog: 2 }, () => console.log("there"));`;
  const server = spawn(process.execPath, ["-e", script, path]);
  await once(server.stdout, "data");
  return { path, server };
}

function answers(env: Record<string, string>): Promise<boolean> {
  return displayAnswers({ env, platform: "linux", directory: undefined });
}

describe("a display of X", () => {
  /** A number of this process: the file and the abstract name of another are not touched. */
  const number = 20_000 + (process.pid % 20_000);
  const abstract = { path: `\0/tmp/.X11-unix/X${number}` };

  test.runIf(isLinux)("that refuses answers, by its abstract socket", async () => {
    const [heard] = await serve(abstract, REFUSAL);
    expect(await answers({ DISPLAY: `:${number}` })).toBe(true);
    expect(await answers({ DISPLAY: `unix:${number}.0` })).toBe(true);
    expect(Buffer.concat(heard.slice(0, 1))).toEqual(Buffer.from("6c000b000000000000000000", "hex"));
  });

  test.runIf(isLinux)("that says nothing, or hangs up, does not", async () => {
    await serve(abstract, undefined);
    expect(await answers({ DISPLAY: `:${number}` })).toBe(false);
    const other = number + 1;
    await serve({ path: `\0/tmp/.X11-unix/X${other}` }, "hangs up");
    expect(await answers({ DISPLAY: `:${other}` })).toBe(false);
  });

  test.runIf(isLinux)(
    "that hangs is waited for once, and not by each driver; and is asked anew at the next look",
    async () => {
      const [heard] = await serve(abstract, undefined);
      for (const name of ["zenity", "kdialog", "pinentry-gtk-2"]) fakes.write(name, "exit 1");
      const here = fakes.here({ DISPLAY: `:${number}` });
      expect(await findDriver("auto", here, new Set())).toBeUndefined();
      expect(heard).toHaveLength(1);
      expect(await findDriver("auto", here, new Set())).toBeUndefined();
      expect(heard).toHaveLength(2);
    },
  );

  test("of another host answers by TCP", async () => {
    const [, server] = await serve({ host: "127.0.0.1", port: 0 }, REFUSAL);
    const tcpNumber = (server.address() as AddressInfo).port - 6_000;
    expect(await answers({ DISPLAY: `127.0.0.1:${tcpNumber}.0` })).toBe(true);
  });

  test.each([":", "x", ":1x", "127.0.0.1:99999", `:${NEVER}`, `127.0.0.1:${NEVER}`, "", ":0\0"])(
    "that is none: %j",
    async (DISPLAY) => {
      expect(await answers({ DISPLAY })).toBe(false);
    },
  );
});

describe("a display of Wayland", () => {
  test("answers a sync", async () => {
    const [heard] = await serve({ path: join(directory, "wayland-7") }, Buffer.alloc(12));
    expect(await answers({ WAYLAND_DISPLAY: "wayland-7", XDG_RUNTIME_DIR: directory })).toBe(true);
    expect(await answers({ WAYLAND_DISPLAY: join(directory, "wayland-7") })).toBe(true);
    expect(heard[0]).toHaveLength(12);
    expect([heard[0]?.readUInt32LE(0), heard[0]?.readUInt32LE(4), heard[0]?.readUInt32LE(8)]).toEqual([1, 0xc0000, 2]);
  });

  test("that is silent, gone, or named without its directory does not", async () => {
    await serve({ path: join(directory, "wayland-7") }, undefined);
    expect(await answers({ WAYLAND_DISPLAY: "wayland-7", XDG_RUNTIME_DIR: directory })).toBe(false);
    expect(await answers({ WAYLAND_DISPLAY: "wayland-8", XDG_RUNTIME_DIR: directory })).toBe(false);
    expect(await answers({ WAYLAND_DISPLAY: "wayland-7" })).toBe(false);
  });

  test("answers while we are not run: what has come by then is seen", async () => {
    const { path, server } = await serveApart();
    try {
      const found = answers({ WAYLAND_DISPLAY: path });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
      expect(await found).toBe(true);
    } finally {
      server.kill("SIGKILL");
    }
  });

  test.runIf(isLinux)("answers once its queue has room again, where more look at once than it takes", async () => {
    const { path, server } = await serveApart();
    const others: Socket[] = [];
    try {
      server.kill("SIGSTOP");
      let refusal: string | undefined;
      while (refusal === undefined) {
        const other = connect(path).on("error", ({ code }: NodeJS.ErrnoException) => (refusal = code));
        others.push(other);
        await new Promise((resolve) => other.on("connect", resolve).on("close", resolve));
      }
      expect(refusal).toBe("EAGAIN");
      const found = answers({ WAYLAND_DISPLAY: path });
      setTimeout(() => server.kill("SIGCONT"), 200);
      expect(await found).toBe(true);
    } finally {
      for (const other of others) other.destroy();
      server.kill("SIGKILL");
    }
  });

  test("is enough when that of X is dead", async () => {
    await serve({ path: join(directory, "w") }, Buffer.alloc(12));
    const env = { WAYLAND_DISPLAY: "w", XDG_RUNTIME_DIR: directory, DISPLAY: `:${NEVER}` };
    expect(await answers(env)).toBe(true);
  });
});

test("without a variable there is no display", async () => {
  expect(await answers({})).toBe(false);
});

describe("on macOS", () => {
  test.each([
    ["Aqua", true],
    ["Background", false],
    ["", false],
  ])("the session %j", async (manager, isThere) => {
    fakes.write("launchctl", `[ "$1" = managername ] && echo '${manager}'`);
    expect(await displayAnswers(fakes.here({}, "darwin"))).toBe(isThere);
    expect(await displayAnswers(fakes.here({ SSH_CONNECTION: "1" }, "darwin"))).toBe(false);
  });

  test("a launchctl that hangs is none", async () => {
    fakes.write("launchctl", "exec /bin/sleep 60");
    expect(await displayAnswers(fakes.here({}, "darwin"))).toBe(false);
  });
});

test("Windows has one, but not over ssh", async () => {
  expect(await displayAnswers(fakes.here({}, "win32"))).toBe(true);
  expect(await displayAnswers(fakes.here({ SSH_CLIENT: "::1 1 2" }, "win32"))).toBe(false);
  expect(isOverSsh({ SSH_TTY: "" })).toBe(false);
});

test("the Linux inside Windows is told by its variables", async () => {
  expect(await isInsideWindows(fakes.here({ WSL_DISTRO_NAME: "Debian" }))).toBe(true);
  expect(await isInsideWindows(fakes.here({ WSL_INTEROP: "/run/WSL/1_interop" }))).toBe(true);
  expect(await isInsideWindows(fakes.here({ WSL_INTEROP: "/run/WSL/1_interop" }, "darwin"))).toBe(false);
});
