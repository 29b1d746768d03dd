/** The process edge: argv, environment, streams, signals and exit. Nothing else touches them. */

import { read, write, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isatty, WriteStream } from "node:tty";
import type { Bundles } from "./edge/bundles.ts";
import { givenEnvironment } from "./edge/given-environment.ts";
import { type StandardStream, takeStream } from "./edge/standard-streams.ts";
import { run } from "./run.ts";
import { AskonceError, asAskonceError } from "./runtime/errors.ts";
import { cleanUp } from "./runtime/on-exit.ts";
import type { Streams } from "./runtime/streams.ts";

declare const ASKONCE_VERSION: string;
/** What has loaded this. */
declare const askonceBundles: Bundles;

// A success has no byte on stderr: C++ and Swift read it as part of the JSON. That goes for Node's own warnings too.
process.removeAllListeners("warning");
process.on("warning", () => {});

keepSecretsOutOfCores();
// Node would open its debugger to every user of the machine.
process.on("SIGUSR1", () => {});
// A file that may not grow further is an error of its write, as Node has it; proper-lockfile would let it end the process.
process.on("SIGXFSZ", () => {});
process.on("uncaughtException", endAsBug);

const INTERRUPTED = 130;
/** Of a pipe, of a socket, and of a pipe on Windows. */
const READER_IS_GONE = new Set(["EPIPE", "ECONNRESET", "EOF"]);
const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
for (const signal of ENDING_SIGNALS) process.once(signal, () => endAs(signal));

const [stdin, stdout, stderr] = [takeStream(0), takeStream(1), takeStream(2)];
const env = givenEnvironment;
let window: WriteStream | undefined;
// A run that nothing keeps alive any more has not said how it ended.
process.exitCode = 1;
void main();

async function main(): Promise<void> {
  const invocation = {
    argv: process.argv.slice(2),
    env,
    uid: process.geteuid?.(),
    // `performance` tells it too, and takes Node longer to load than all of a hit.
    startedAtMs: Math.floor(Date.now() - process.uptime() * 1000),
  };
  const streams: Streams = {
    stderrIsTerminal: stderr.isTerminal,
    isDumb: env.TERM === "dumb",
    stdoutColumns: () => windowOf(stdout)?.columns,
    stdoutRows: () => windowOf(stdout)?.rows,
    writeOut: (text) => writeAll(stdout, text).catch(failOutput),
    // Where that cannot be told either, the exit status has to do.
    writeErr: (text) => writeAll(stderr, text).catch(() => {}),
    readStdin: () => readAll(stdin.fd),
  };
  const status = await run(invocation, streams, {
    version: ASKONCE_VERSION,
    node: process.execPath,
    script: join(__dirname, "askonce.cjs"),
    compiledCode: () => askonceBundles.compiledCode(),
  });
  cleanUp();
  // After Ctrl-C at the prompt the whole command has been sent SIGINT; ours comes as soon as the event loop turns.
  if (status === INTERRUPTED) await new Promise((resolve) => setTimeout(resolve, 200));
  // Sockets, a prompt or a child that nobody waits for any more would keep the process, and the caller with it.
  process.exit(status);
}

/** How large a terminal is at this moment; undefined for what is none, or is one no more. One that does not know its size says 0. */
function windowOf({ fd, isTerminal }: StandardStream): { columns: number; rows: number } | undefined {
  if (!isTerminal || !isatty(fd)) return undefined;
  // Kept: each has a handle of its own, which would close the descriptor when it goes.
  window ??= new WriteStream(fd).on("error", () => {}).unref();
  (window as unknown as { _refreshSize(): void })._refreshSize();
  return { columns: window.columns || 80, rows: window.rows || 24 };
}

/** Cleans up and ends as the signal would have ended the process, so that shells and callers see what happened. */
function endAs(signal: NodeJS.Signals): void {
  cleanUp();
  if (signal === "SIGQUIT") forbidCore();
  process.kill(process.pid, signal);
}

/** A core without memory still has the registers, and a copy of a secret passes through them. */
function forbidCore(): void {
  try {
    const { execFileSync } = process.getBuiltinModule("node:child_process");
    const search = { PATH: env.PATH ?? "/usr/bin:/bin" };
    execFileSync("prlimit", [`--pid=${process.pid}`, "--core=0"], { stdio: "ignore", env: search, timeout: 1_000 });
  } catch {
    // No such program, or a Node before 20.16: the registers it is.
  }
}

/** A crash leaves a core where the user's limits allow one: it holds no memory then. Only Linux has the switch (core(5)). */
function keepSecretsOutOfCores(): void {
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // Elsewhere the user's own limit decides.
  }
}

/** Node itself would print the source, the stack and whatever the message holds. */
function endAsBug(thrown: unknown): void {
  cleanUp();
  writeSync(stderr.fd, `${asAskonceError(thrown).line}\n`);
  process.exit(1);
}

/** One write for all of it; what a full pipe leaves over follows when there is room. process.stdout would block the deadline there. */
async function writeAll(stream: StandardStream, text: string): Promise<void> {
  for (let rest = Buffer.from(text, "utf8"); rest.length > 0; ) {
    rest = rest.subarray(await writeSome(stream, rest));
  }
}

async function writeSome({ fd, isUnblocked, isTerminal }: StandardStream, bytes: Buffer): Promise<number> {
  try {
    // Where it cannot wait it needs no thread, and Node starts four for the first.
    return isUnblocked ? writeSync(fd, bytes) : await written(fd, bytes);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EAGAIN") return new Promise((resolve) => setTimeout(resolve, 10, 0));
    // The reader is gone: what it did not want is in the cache for its next call.
    if (isTerminal || READER_IS_GONE.has(code)) return bytes.length;
    throw error;
  }
}

function failOutput(cause: NodeJS.ErrnoException): never {
  throw new AskonceError(
    "output",
    `standard output takes no more (${cause.code})`,
    "look at where it goes",
    undefined,
    { cause },
  );
}

function written(fd: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, (error, length) => (error === null ? resolve(length) : reject(error)));
  });
}

function readAll(fd: number): Promise<string> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const chunk = Buffer.alloc(1024);
      read(fd, chunk, 0, chunk.length, null, (error, length) => {
        if (error !== null && error.code !== "EOF")
          return error.code === "EAGAIN" ? void setTimeout(next, 10) : reject(error);
        if (error !== null || length === 0) return resolve(Buffer.concat(chunks).toString("utf8"));
        chunks.push(chunk.subarray(0, length));
        // One line is a code: whoever writes it need not close the pipe. What is longer than any line is none.
        if (chunk.subarray(0, length).includes(10) || chunks.length > 64)
          return resolve(Buffer.concat(chunks).toString("utf8"));
        next();
      });
    };
    next();
  });
}
