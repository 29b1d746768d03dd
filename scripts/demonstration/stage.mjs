// @ts-check
/** The demo's stage: a fake AWS, a throw-away home, and what is started in it. Nothing of it outlives the demo. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Secret, TOTP } from "otpauth";
import { bundleFakeAws } from "../fake-aws.mjs";

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "../..");
/** What the started programs inherit. Nothing about AWS, no proxy, no settings of anybody's. */
const INHERITED = ["PATH", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "NO_COLOR"];
const STEP_SECONDS = 30;
const PATIENCE_MS = 2_000;

/**
 * @typedef {object} Result
 * @property {number | null} status
 * @property {string} out
 * @property {string} err
 * @property {number} ms from its start to its end
 * @property {number} endedAt on the clock of `Date.now()`
 */

/** @typedef {Awaited<ReturnType<typeof setStage>>} Stage */

/** @type {Map<import("node:child_process").ChildProcess, { group: boolean }>} */
const children = new Map();
const directory = mkdtempSync(join(tmpdir(), "askonce-demo-"));
let isOver = false;

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {
    if (isOver) return;
    void strikeStage().then(() => {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}
// The reader has gone (`| head`): there is nobody left to show anything to.
process.stdout.on("error", () => void strikeStage().then(() => process.exit(1)));

/** Ends every process that is still there and removes the directory. */
export async function strikeStage() {
  isOver = true;
  const ended = [...children.keys()].map((child) => (hasEnded(child) ? undefined : once(child, "close")));
  signalAll("SIGTERM");
  const timer = setTimeout(signalAll, PATIENCE_MS, "SIGKILL");
  await Promise.all(ended);
  clearTimeout(timer);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** @param {number} ms */
export function pause(ms) {
  return onStage(sleep(ms));
}

/** Starts the fake AWS and writes the home. */
export async function setStage() {
  const program = join(directory, "fake-aws.mjs");
  const secretFile = join(directory, "control");
  await onStage(bundleFakeAws("main.ts", program));
  const { url, fixture, controlHeader } = await startFake(program, secretFile);
  const secret = readFileSync(secretFile, "utf8").trim();
  const { jane, roles } = fixture;

  const home = join(directory, "home");
  const bin = join(home, "bin");
  const askonce = join(bin, "askonce");
  const config = join(home, ".aws/config");
  const typed = join(home, "typed");
  mkdirSync(join(home, ".aws"), { recursive: true });
  mkdirSync(bin);
  symlinkSync(join(PROJECT, "dist/askonce.cjs"), askonce);
  symlinkSync(join(PROJECT, "dist/askonce-get"), `${askonce}-get`);
  const keys = [`aws_access_key_id = ${jane.accessKeyId}`, `aws_secret_access_key = ${jane.secretAccessKey}`];
  writeFileSync(join(home, ".aws/credentials"), lines("[work-keys]", ...keys), { mode: 0o600 });
  const profiles = [
    "[profile work]",
    "region = eu-west-1",
    `credential_process = ${word(`${askonce}-get`)} work-keys`,
    "",
    "[profile admin]",
    "region = eu-west-1",
    `role_arn = ${roles.admin}`,
    "source_profile = work",
  ];
  writeFileSync(config, lines(...profiles));

  /** @type {NodeJS.ProcessEnv} */
  const env = {
    ...only(INHERITED),
    HOME: home,
    PATH: bin + delimiter + (process.env.PATH ?? ""),
    AWS_ENDPOINT_URL: url,
    AWS_EC2_METADATA_DISABLED: "true",
    ASKONCE_CACHE_DIR: join(home, ".cache/askonce"),
  };

  /** @param {string} method @param {string} path */
  const control = async (method, path) => {
    const answer = await onStage(fetch(`${url}/_fake/${path}`, { method, headers: { [controlHeader]: secret } }));
    return { ok: answer.ok, body: JSON.parse(await onStage(answer.text())) };
  };

  return {
    phone: phone(jane.devices.phone.secret),
    roles,
    /** What its programs are started with. */
    env,

    /** From here on `mfa_process` gives the codes: it takes what the phone shows, and everything that asks is counted. */
    letScriptType() {
      const script = join(home, "type-code.mjs");
      writeFileSync(script, typist(`${url}/_fake/code`, { [controlHeader]: secret }, typed));
      const profile = ["", "[profile work-keys]", `mfa_process = ${word(process.execPath)} ${word(script)}`];
      writeFileSync(config, lines(...profiles, ...profile));
    },
    /** How often the script was asked, and when it last gave a code. */
    typed() {
      const words = read(typed).trim().split(/\s+/);
      const codes = words.filter((one) => /^\d+$/.test(one));
      return { prompts: words.filter((one) => one === "asked").length, lastAt: Number(codes.at(-1) ?? Number.NaN) };
    },
    /** Whether there is a code now that AWS has not taken yet. */
    hasUnusedCode: async () => (await control("GET", "code")).ok,
    /** Calls since the last look, oldest first, by name. */
    async newCalls() {
      const { body } = await control("GET", "calls");
      await control("DELETE", "calls");
      return /** @type {{ action: string }[]} */ (body).map(({ action }) => action);
    },
    /**
     * Runs a program in the throw-away home.
     *
     * @param {string} program
     * @param {readonly string[]} args
     * @param {{ onTerminal?: boolean }} options `onTerminal`: it may ask; else it has no terminal at all
     */
    run: (program, args, { onTerminal = false } = {}) =>
      onStage(run(program === "askonce" ? askonce : program, args, env, onTerminal)),
  };
}

/**
 * The device in a pocket: it knows its seed and the time.
 *
 * @param {string} base32
 */
function phone(base32) {
  const totp = new TOTP({ secret: Secret.fromBase32(base32), period: STEP_SECONDS });
  return {
    /** What it shows so many steps from now. @param {number} stepsAhead */
    code: (stepsAhead = 0) => totp.generate({ timestamp: Date.now() + stepsAhead * STEP_SECONDS * 1000 }),
    secondsLeft: () => STEP_SECONDS - (Math.floor(Date.now() / 1000) % STEP_SECONDS),
  };
}

/**
 * The program that stands in for a person: it looks at the phone, takes as long as typing does, and leaves a trace.
 *
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {string} trace
 */
function typist(url, headers, trace) {
  return `import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
appendFileSync(${JSON.stringify(trace)}, "asked\\n");
await sleep(1500);
const answer = await fetch(${JSON.stringify(url)}, { headers: ${JSON.stringify(headers)} });
if (!answer.ok) process.exit(1);
const { code } = await answer.json();
appendFileSync(${JSON.stringify(trace)}, Date.now() + "\\n");
process.stdout.write(code + "\\n", () => process.exit(0));
`;
}

/** @param {string} program @param {string} secretFile */
async function startFake(program, secretFile) {
  // Its stdin is a pipe of ours: were we killed, it would close, and the fake would end.
  const child = spawn(process.execPath, [program, "--control", secretFile], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
    env: only(INHERITED),
  });
  children.set(child, { group: true });
  const [line] = await onStage(Promise.race([once(createInterface(child.stdout), "line"), once(child, "close")]));
  if (typeof line !== "string") throw new Error("the fake AWS did not start");
  return JSON.parse(line);
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} onTerminal
 * @returns {Promise<Result>}
 */
function run(program, args, env, onTerminal) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    // Without our terminal it is the leader of a session, and of a group that ends as a whole.
    const child = onTerminal
      ? spawn(program, args, { stdio: ["inherit", "pipe", "inherit"], env })
      : spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env, detached: true });
    children.set(child, { group: !onTerminal });
    let [out, err, ms, endedAt] = ["", "", 0, 0];
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      out += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      err += text;
    });
    child.on("exit", () => {
      ms = performance.now() - startedAt;
      endedAt = Date.now();
    });
    child.on("error", (error) => {
      children.delete(child);
      reject(error);
    });
    child.on("close", (status, signal) => {
      children.delete(child);
      // A Ctrl-C at its prompt was meant for all of us.
      if (onTerminal && (signal === "SIGINT" || status === 130)) process.kill(process.pid, "SIGINT");
      else resolve({ status, out, err, ms, endedAt });
    });
  });
}

/**
 * The same, unless the stage is struck meanwhile: then the story does not go on, neither well nor badly.
 *
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
function onStage(work) {
  return new Promise((resolve, reject) => {
    work.then(
      (value) => isOver || resolve(value),
      (error) => isOver || reject(error),
    );
  });
}

/** @param {NodeJS.Signals} signal */
function signalAll(signal) {
  for (const [child, { group }] of children) {
    if (child.pid === undefined || hasEnded(child)) continue;
    try {
      process.kill(group ? -child.pid : child.pid, signal);
    } catch {
      // It has just ended.
    }
  }
}

/** @param {import("node:child_process").ChildProcess} child */
function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

/** @param {readonly string[]} names */
function only(names) {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** A word of a command line. @param {string} text */
function word(text) {
  return /[^\w@%+=:,./-]/.test(text) ? `"${text}"` : text;
}

/** @param {string[]} all */
function lines(...all) {
  return `${all.join("\n")}\n`;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
