/** Desktops for tests: a message bus of their own, and a daemon on it that shows notifications and remembers them. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDisplay } from "./display.ts";
import { waitUntil } from "./waiting.ts";

const START_MS = 30_000;

/** What they need of the system. */
export const BUS_TOOLS = ["dbus-daemon"];
export const DESKTOP_TOOLS = [...BUS_TOOLS, "Xvfb", "dunst", "dunstctl", "notify-send"];

export interface Bus {
  readonly environment: { readonly DBUS_SESSION_BUS_ADDRESS: string };
  stop(): Promise<void>;
}

export interface Desktop {
  readonly environment: Bus["environment"] & { readonly DISPLAY: string };
  /** What it was told so far, the last first. Takes down what is shown. */
  history(): { app: string; title: string; body: string }[];
  stop(): Promise<void>;
}

/** Starts a session bus that starts nothing by itself: who is not on it is not there. */
export async function startBus(): Promise<Bus> {
  const directory = mkdtempSync(join(tmpdir(), "ao-bus-"));
  const socket = join(directory, "bus");
  const configuration = join(directory, "bus.conf");
  const open = `<allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>`;
  const listen = `<type>session</type><listen>unix:path=${socket}</listen>`;
  writeFileSync(configuration, `<busconfig>${listen}<policy context="default">${open}</policy></busconfig>`);
  const words = [`--config-file=${configuration}`, "--nofork", "--print-address=1"];
  const child = spawn("dbus-daemon", words, { stdio: ["ignore", "pipe", "ignore"] });
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(directory, { recursive: true, force: true });
  };
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  await waitUntil(
    () => said.endsWith("\n"),
    () => "a message bus",
    START_MS,
  );
  return { environment: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` }, stop };
}

/** Starts a bus with a display and dunst on it. */
export async function startDesktop(): Promise<Desktop> {
  const bus = await startBus();
  const { display, stop: stopDisplay } = await startDisplay();
  const home = mkdtempSync(join(tmpdir(), "ao-dunst-"));
  const environment = { ...bus.environment, DISPLAY: display };
  const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, LANG: "C.UTF-8", ...environment };
  const child = spawn("dunst", [], { env, stdio: "ignore" });
  const dunst = (word: string) => spawnSync("dunstctl", [word], { env, encoding: "utf8" });
  await waitUntil(
    () => dunst("is-paused").status === 0,
    () => "dunst",
    START_MS,
  );
  return {
    environment,
    history() {
      dunst("close-all");
      const { data } = JSON.parse(dunst("history").stdout) as { data: Record<string, { data: string }>[][] };
      return (data[0] ?? []).map(({ appname, summary, body }) => ({
        app: appname?.data ?? "",
        title: summary?.data ?? "",
        body: body?.data ?? "",
      }));
    },
    async stop() {
      await end(child);
      await stopDisplay();
      await bus.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await ended;
}
