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
    home.configure(withPhone({ aws, home }, phoneSeconds));
    home.showCode();
    return await act({ aws, home });
  } finally {
    for (const { pid } of processesOf(home)) kill(pid, "SIGKILL");
    home.dispose();
    await aws.close();
  }
}

/** The lines of a profile whose code comes from the phone, for the device that is named. */
export function withPhone({ aws, home }: IsolatedRun, seconds = 0): string {
  return `mfa_process = ${home.phone(seconds)}\n${withDevice({ aws })}`;
}

/** The line of a profile that names jane's device: it is asked about on the terminal. */
export function withDevice({ aws }: Pick<IsolatedRun, "aws">): string {
  return `mfa_serial = ${aws.fixture.jane.devices.phone.serial}`;
}

/** Has jane's device show its next code from now on; what it showed before is not spent by that. */
export function nextCode({ aws, home }: IsolatedRun): string {
  const { codes } = aws.state.device(aws.fixture.jane.devices.phone.serial);
  if (codes === undefined) throw new Error("jane's device makes no codes");
  codes.stepsAhead++;
  return home.showCode();
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
