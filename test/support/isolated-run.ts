/** Runs with a fake AWS and a home of their own, so that several can go on at the same time. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Home } from "./askonce.ts";
import { type FakeAws, startFakeAws } from "./fake-aws/server.ts";
import { kill, processesOf } from "./processes.ts";

export interface IsolatedRun {
  readonly aws: FakeAws;
  readonly home: Home;
}

/** Calls `act` with a new fake AWS and a new home whose phone answers after `phoneSeconds`, and ends what still runs. */
export async function runIsolated<T>(act: (isolated: IsolatedRun) => Promise<T>, phoneSeconds = 0): Promise<T> {
  const aws = await startFakeAws();
  const home = new Home(aws);
  try {
    home.configure(home.phoneLines(phoneSeconds));
    home.showCode();
    return await act({ aws, home });
  } finally {
    for (const { pid } of processesOf(home)) kill(pid, "SIGKILL");
    home.dispose();
    await aws.close();
  }
}

/** The one session that is kept: its key, or undefined where there is none or no whole one. */
export function keptKey(home: Home): string | undefined {
  const directory = join(home.cache, "sessions");
  const [name, ...others] = namesIn(directory).filter((one) => /^[0-9a-f]{40}\.json$/.test(one));
  if (name === undefined || others.length > 0) return undefined;
  try {
    return JSON.parse(readFileSync(join(directory, name), "utf8")).accessKeyId;
  } catch {
    return undefined;
  }
}

/** How many files and directories are in the cache. */
export function countFiles(directory: string): number {
  return namesIn(directory).reduce((sum, name) => {
    const path = join(directory, name);
    return sum + 1 + (statSync(path, { throwIfNoEntry: false })?.isDirectory() ? countFiles(path) : 0);
  }, 0);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
