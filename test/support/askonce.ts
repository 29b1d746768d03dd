/** The built program in a throw-away home: config, cache, a pretend phone, and the fake AWS it talks to. */

import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FakeAws } from "./fake-aws/server.ts";
import { type PtyOptions, type PtySession, type Shell, startOnPty, startShellOnPty } from "./pty.ts";

export const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "../../dist/askonce.cjs");

/** How a run of the program ended. */
export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly input?: string;
  readonly cwd?: string;
}

/** The answer of `get`, as a client reads it. */
export interface Answer {
  readonly Version: 1;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
  readonly AccountId?: string;
}

const compiledCode = new Map<string, Buffer>();

/** A home directory of its own, with `askonce` on its PATH. */
export class Home {
  readonly path = mkdtempSync(join(tmpdir(), "askonce-home-"));
  readonly aws: FakeAws;
  readonly cache = join(this.path, ".cache/askonce");
  /** `askonce` as an AWS config would name it. */
  readonly askonce = join(this.path, "bin/askonce");
  /** What its programs wrote on stderr, and those on terminals, which show everything. */
  readonly complaints: string[] = [];
  readonly ptys: PtySession[] = [];
  private readonly children = new Set<ChildProcess>();

  constructor(aws: FakeAws) {
    this.aws = aws;
    mkdirSync(join(this.path, ".aws"));
    mkdirSync(join(this.path, "bin"));
    this.executable("bin/askonce", `exec ${process.execPath} ${PROGRAM} "$@"`);
    this.executable("bin/askonce-get", `exec ${join(dirname(PROGRAM), "askonce-get")} "$@"`);
    this.write(".aws/credentials", credentialsOf(aws));
    this.configure();
    this.#warmUp();
  }

  /** Takes over what V8 compiled in earlier homes, which halves a first call; the first home of each file of tests has none. */
  #warmUp(): void {
    if (compiledCode.size === 0) return;
    mkdirSync(join(this.path, ".cache"));
    mkdirSync(this.cache, { mode: 0o700 });
    mkdirSync(join(this.cache, "code"), { mode: 0o700 });
    for (const [name, bytes] of compiledCode) writeFileSync(join(this.cache, "code", name), bytes, { mode: 0o600 });
  }

  #handOnCompiledCode(): void {
    const code = `${this.cache}/code/`;
    for (const entry of existsSync(code) ? readdirSync(code, { withFileTypes: true }) : []) {
      const { name } = entry;
      if (!entry.isFile() || name.endsWith(".tmp") || compiledCode.has(name)) continue;
      compiledCode.set(name, readFileSync(join(code, name)));
    }
  }

  /** Whether a file of compiled code is as it came here: nothing of what has happened since can be in it. */
  isAsItCame(name: string, text: string): boolean {
    return compiledCode.get(name)?.equals(Buffer.from(text, "latin1")) ?? false;
  }

  /** Has no cache at all, as before the first call ever. */
  coolDown(): void {
    rmSync(join(this.path, ".cache"), { recursive: true, force: true });
  }

  /** The environment of a user of this home; nothing of the caller's but PATH. */
  get env(): Record<string, string> {
    const { PATH = "/usr/bin:/bin", PYENV_ROOT } = process.env;
    return {
      HOME: this.path,
      PATH: `${join(this.path, "bin")}:${PATH}`,
      TERM: "xterm-256color",
      LANG: "C.UTF-8",
      AWS_ENDPOINT_URL: this.aws.url,
      AWS_EC2_METADATA_DISABLED: "true",
      ASKONCE_LOG: join(this.path, "askonce.log"),
      // Python shims find their Python by it where they are installed for another home.
      ...(PYENV_ROOT === undefined ? {} : { PYENV_ROOT }),
    };
  }

  /** `~/.aws/config` as the README has it: work-keys, work above it, admin above that; more keys for work-keys, more profiles below. */
  configure(workKeys = "", more = ""): void {
    this.write(
      ".aws/config",
      `[profile work-keys]
${workKeys}

[profile work]
region = eu-west-1
credential_process = ${this.askonce} get work-keys

[profile admin]
region = eu-west-1
role_arn = ${this.aws.fixture.roles.admin}
source_profile = work

${more}
`,
    );
  }

  write(file: string, text: string, mode = 0o600): string {
    const path = join(this.path, file);
    writeFileSync(path, text, { mode });
    return path;
  }

  executable(file: string, script: string): string {
    const path = this.write(file, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  read(file: string): string {
    const path = join(this.path, file);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /**
   * A phone for `mfa_process`: prints what `showCode` was given, counts how often it was asked, and notes what it was
   * started with.
   * Returns the path of the program.
   */
  phone(delaySeconds = 0): string {
    return this.executable(
      "bin/phone",
      `echo asked >> ${this.path}/asked; { echo "$*"; export -p; } >> ${this.path}/phone.started; sleep ${delaySeconds}; cat ${this.path}/code`,
    );
  }

  /** The line of a profile that names jane's MFA device. */
  get serialLine(): string {
    return `mfa_serial = ${this.aws.fixture.jane.devices.phone.serial}`;
  }

  /** The lines of a profile that names jane's MFA device and gets its codes from the phone. */
  phoneLines(delaySeconds = 0): string {
    return `mfa_process = ${this.phone(delaySeconds)}\n${this.serialLine}`;
  }

  /** What the phone prints from now on; a good code of jane's device unless told. */
  showCode(code = this.aws.freshCode()): string {
    // At once: a phone that is read just now shows the one before or this one.
    renameSync(this.write("code.next", code), join(this.path, "code"));
    return code;
  }

  /** Has jane's device show its next code from now on; the code before stays unused. Returns the new code. */
  showNextCode(): string {
    const { codes } = this.aws.state.device(this.aws.fixture.jane.devices.phone.serial);
    if (codes === undefined) throw new Error("jane's device makes no codes");
    codes.stepsAhead++;
    return this.showCode();
  }

  /** How often the phone was asked. */
  get prompts(): number {
    return this.read("asked").split("\n").length - 1;
  }

  /** The path of the session in the cache, the first by name if there are several. */
  sessionFile(): string {
    const directory = join(this.cache, "sessions");
    const [name] = readdirSync(directory).sort();
    if (name === undefined) throw new Error("no session is in the cache");
    return join(directory, name);
  }

  /** Moves a session that is kept into the past, until so many seconds of it remain. Returns its access key id. */
  leave(kind: "session" | "role", seconds: number): string {
    const directory = join(this.cache, "sessions");
    for (const name of readdirSync(directory)) {
      const stored = JSON.parse(readFileSync(join(directory, name), "utf8"));
      if ((stored.sourceId === undefined ? "session" : "role") !== kind) continue;
      const shift = stored.expiresAtMs - Date.now() - seconds * 1000;
      const moved = { issuedAtMs: stored.issuedAtMs - shift, expiresAtMs: stored.expiresAtMs - shift };
      writeFileSync(join(directory, name), JSON.stringify({ ...stored, ...moved }));
      return stored.accessKeyId;
    }
    throw new Error(`no ${kind} is kept`);
  }

  /** Runs the program to its end with pipes for all three streams, stdin closed. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.start(args, options).done;
  }

  /** Starts the program and leaves it running. */
  start(args: readonly string[], options: RunOptions = {}): { child: ChildProcess; done: Promise<Outcome> } {
    return this.startCommand(process.execPath, [PROGRAM, ...args], options);
  }

  /** Starts any program as a user of this home, in a session of its own: it has no controlling terminal, wherever the tests run. */
  startCommand(
    command: string,
    args: readonly string[],
    options: RunOptions = {},
  ): { child: ChildProcess; done: Promise<Outcome> } {
    const child = spawn(command, args, {
      env: { ...this.env, ...options.env },
      cwd: options.cwd ?? this.path,
      detached: true,
    });
    this.children.add(child);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    const done = new Promise<Outcome>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status, signal) => {
        this.children.delete(child);
        this.complaints.push(stderr);
        resolve({ status, signal, stdout, stderr });
      });
    });
    return { child, done };
  }

  /** Runs any program to its end. */
  command(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.startCommand(command, args, options).done;
  }

  /** The program on a terminal of its own. */
  onPty(args: readonly string[], options: PtyOptions = {}): PtySession {
    return this.commandOnPty(process.execPath, [PROGRAM, ...args], options);
  }

  /** Any command on a terminal of its own. */
  commandOnPty(command: string, args: readonly string[], options: PtyOptions = {}): PtySession {
    const pty = startOnPty(command, args, this.ptyOptions(options));
    this.ptys.push(pty);
    return pty;
  }

  /** An interactive shell with job control. */
  async shell(options: PtyOptions = {}, shell: Shell = "bash"): Promise<PtySession> {
    const pty = await startShellOnPty(this.ptyOptions(options), shell);
    this.ptys.push(pty);
    return pty;
  }

  private ptyOptions(options: PtyOptions): PtyOptions {
    return { cwd: this.path, ...options, env: { ...this.env, ...options.env } };
  }

  /** Kills what still runs, with what it has started, and removes the directory. */
  dispose(): void {
    for (const { pid } of this.children) killGroup(pid);
    this.#handOnCompiledCode();
    // What is killed may have had time for one more file.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

/** The answer in an outcome that has to be a success: one line, nothing on stderr. */
export function answerOf(outcome: Outcome): Answer {
  const { status, stdout, stderr } = outcome;
  if (status !== 0 || stderr !== "" || !/^\{[^\n]*\}\n$/.test(stdout)) {
    throw new Error(`no success: ${JSON.stringify(outcome)}`);
  }
  return JSON.parse(stdout) as Answer;
}

function credentialsOf(aws: FakeAws): string {
  const { jane, fido, hank, mia, dan, olaf } = aws.fixture;
  return [jane, fido, hank, mia, dan, olaf]
    .map((user) => {
      const profile = user === jane ? "work-keys" : user.name;
      return `[${profile}]\naws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`;
    })
    .join("\n");
}

let cleared = 0;

/** Types a command on a cleared screen: what is waited for next cannot be what an earlier command left there. */
export async function typeAnew(pty: PtySession, command: string): Promise<void> {
  cleared++;
  pty.type(`clear; echo cleared-${cleared}.\r`);
  await pty.waitFor(new RegExp(`^cleared-${cleared}\\.`, "m"));
  pty.type(`${command}\r`);
}
