/** A home with an answer that is ready, put back as it was before each run; and time that passes, or a clock that is set. */

import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  lutimesSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { answerOf, Home, type Outcome, PROGRAM } from "./askonce.ts";
import { type FakeAws, startFakeAws } from "./fake-aws/server.ts";

const DIST = dirname(PROGRAM);
export const LAUNCHER = join(DIST, "askonce-get");

/** How shells are started with a script. `bash --posix` stands in for bash 3.2 as `sh`. */
export const SHELLS: Readonly<Record<string, readonly string[]>> = {
  dash: ["dash"],
  bash: ["bash", "--posix"],
  busybox: ["busybox", "sh"],
  zsh: ["zsh", "--emulate", "sh"],
};

export const OLD_SECONDS = 86_400;

/** How a run goes on in the home as it is now. */
export interface ReadyRun {
  readonly env?: Record<string, string>;
  /** Variables that are not there. */
  readonly unset?: readonly string[];
  readonly args?: readonly string[];
  /** Shell code around it: what is done to its streams, its directory or its shell. `"$@"` is the command. */
  readonly around?: string;
}

/** How the file that calls `withReadyHome` runs the program, and its home. */
export let ready: ReadyHome;
export let home: Home;

/** Makes a fake AWS and a home with answers for these names; each test begins with the home as it is then. */
export function withReadyHome(names: readonly string[], prepare: (home: Home) => void): void {
  let aws: FakeAws;
  beforeAll(async () => {
    aws = await startFakeAws();
    ready = await ReadyHome.make(aws, names, prepare);
    home = ready.home;
  }, 60_000);
  beforeEach(() => ready.restore());
  afterAll(async () => {
    ready?.dispose();
    await aws.close();
  });
}

export class ReadyHome {
  readonly home: Home;
  readonly #snapshot: string;
  readonly #node: string;

  /** Makes a session of `work-keys` and has it answered for each of these names. From then on nobody can be asked for a code. */
  static async make(aws: FakeAws, names: readonly string[], prepare: (home: Home) => void): Promise<ReadyHome> {
    const home = new Home(aws);
    prepare(home);
    age(join(home.path, ".aws"), OLD_SECONDS);
    const login = await home.run(["login", "work-keys", "--code", "-"], { input: `${aws.freshCode()}\n` });
    if (login.status !== 0) throw new Error(login.stderr);
    const made = new ReadyHome(home);
    for (const name of names) answerOf(await made.runFull({ args: [name] }));
    // What came less than a second ago may change once more within the same tick of a clock.
    await sleep(1_300);
    for (const name of names) answerOf(await made.runFull({ args: [name] }));
    made.save();
    return made;
  }

  constructor(home: Home) {
    this.home = home;
    this.#snapshot = `${home.path}.snapshot`;
    this.#node = home.executable(
      "bin/node",
      `printf '%s\\0' "$*" >> ${home.path}/node.started; [ ! -e ${home.path}/node.stub ] || exit 0; exec ${process.execPath} "$@"`,
    );
  }

  /** Has the home as it is now come back before each run, less the compiled code that no hit needs: it is many times the rest. */
  save(): void {
    const code = join(this.home.cache, "code");
    for (const name of existsSync(code) ? readdirSync(code) : [])
      if (!name.startsWith("main-")) rmSync(join(code, name));
    rmSync(this.#snapshot, { recursive: true, force: true });
    execFileSync("cp", ["-a", this.home.path, this.#snapshot]);
  }

  restore(): void {
    rmSync(this.home.path, { recursive: true, force: true });
    execFileSync("cp", ["-a", this.#snapshot, this.home.path]);
    this.useOwnNode();
  }

  /** Has the launcher take a Node that is counted. */
  useOwnNode(): void {
    if (existsSync(join(this.home.cache, "ready")))
      this.home.write(".cache/askonce/ready/.node", `${this.#node}\n${PROGRAM}\n`);
  }

  dispose(): void {
    this.home.dispose();
    rmSync(this.#snapshot, { recursive: true, force: true });
  }

  /** The launcher under a shell, and how many Nodes it took. */
  async runLauncher(shell: string, run: ReadyRun = {}): Promise<Outcome & { nodes: number }> {
    rmSync(join(this.home.path, "node.started"), { force: true });
    const outcome = await this.#run([...(SHELLS[shell] ?? []), LAUNCHER, ...(run.args ?? ["work-keys"])], run);
    // Each Node notes itself in its place.
    this.useOwnNode();
    return { ...outcome, nodes: this.#started().length };
  }

  /** What the launcher itself prints under a shell, and the words of each Node it takes: one that does nothing, which is much quicker. */
  async runLauncherAlone(shell: string, run: ReadyRun = {}): Promise<{ printed: string; started: string[] }> {
    this.home.write("node.stub", "");
    const { stdout, stderr } = await this.runLauncher(shell, run);
    rmSync(join(this.home.path, "node.stub"));
    return { printed: stdout + stderr, started: this.#started() };
  }

  #started(): string[] {
    return this.home.read("node.started").split("\0").slice(0, -1);
  }

  runNode(run: ReadyRun = {}): Promise<Outcome> {
    return this.#run([process.execPath, PROGRAM, "get", ...(run.args ?? ["work-keys"])], run);
  }

  /** What is right: the program when it looks at no ready file, as with words that follow the name. */
  runFull(run: ReadyRun = {}): Promise<Outcome> {
    return this.#run([process.execPath, PROGRAM, "get", ...(run.args ?? ["work-keys"]), "--"], run);
  }

  #run(command: readonly string[], { env = {}, unset = [], around = '"$@"' }: ReadyRun): Promise<Outcome> {
    const without = ["ASKONCE_LOG", ...unset].filter((name) => !(name in env)).flatMap((name) => ["-u", name]);
    const given = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    // `env` last: the shell that stands around has none of it.
    const whole = ["env", ...without, ...given, ...command];
    return this.home.command("bash", ["-c", around, "around", ...whole]);
  }
}

/** Lets so many seconds pass for a file or a directory and all in it. */
export function age(path: string, seconds: number): void {
  const stats = lstatSync(path);
  const move = stats.isSymbolicLink() ? lutimesSync : utimesSync;
  if (stats.isDirectory()) for (const name of readdirSync(path)) age(join(path, name), seconds);
  move(path, stats.atimeMs / 1000 - seconds, stats.mtimeMs / 1000 - seconds);
}

/** Lets so many seconds pass for all of a home: its files, its sessions, the machine. */
export function passTime(home: Home, seconds: number): void {
  rewriteSessions(home, (session) => {
    session.issuedAtMs -= seconds * 1000;
    session.expiresAtMs -= seconds * 1000;
    session.madeAt.wallMs -= seconds * 1000;
    session.madeAt.upMs -= seconds * 1000;
  });
  for (const file of readyFiles(home)) {
    const lines = readFileSync(file, "utf8").split("\n");
    const [id, from, until, ...kept] = (lines[1] ?? "").split(" ");
    lines[4] = (lines[4] ?? "").replace(/(?<="Expiration":")[^"]+/, (end) =>
      new Date(Date.parse(end) - seconds * 1000).toISOString().replace(".000Z", "Z"),
    );
    lines[1] = [id, Number(from) - seconds, Number(until) - seconds, ...kept].join(" ");
    rewrite(file, lines.join("\n"));
  }
  age(home.path, seconds);
}

/** Sets the clock back by so many seconds: all that was before looks later by as much. Negative: forward. */
export function setClockBack(home: Home, seconds: number): void {
  rewriteSessions(home, (session) => {
    session.madeAt.wallMs += seconds * 1000;
    session.clockOffsetMs -= seconds * 1000;
  });
  age(home.path, -seconds);
}

// biome-ignore lint/suspicious/noExplicitAny: as it is kept
function rewriteSessions(home: Home, change: (session: any) => void): void {
  const directory = join(home.cache, "sessions");
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const session = JSON.parse(readFileSync(path, "utf8"));
    change(session);
    rewrite(path, JSON.stringify(session));
  }
}

/** In place, and with its time. */
function rewrite(path: string, text: string): void {
  const { atimeMs, mtimeMs } = lstatSync(path);
  writeFileSync(path, text);
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
}

/** Every ready file of a home. */
export function readyFiles(home: Home): string[] {
  const room = join(home.cache, "ready");
  if (!existsSync(room)) return [];
  return readdirSync(room)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => ["1", "2", "3"].map((slot) => join(room, name, slot)))
    .filter((path) => existsSync(path));
}

/** A file in another's place, whole and at once, as editors save it. */
export function replace(path: string, text: string, secondsAgo = 0): void {
  const other = `${path}.other`;
  writeFileSync(other, text, { mode: 0o600 });
  if (secondsAgo !== 0) utimesSync(other, Date.now() / 1000 - secondsAgo, Date.now() / 1000 - secondsAgo);
  execFileSync("mv", [other, path]);
}
