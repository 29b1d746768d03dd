// @ts-check
/** A throw-away home for the measurements: AWS files, a cache with sessions, and an answer that is ready. */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { run } from "./measure.mjs";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
export const PROGRAM = join(DIST, "askonce.cjs");
export const LAUNCHER = join(DIST, "askonce-get");
/** Bytes; the fake is told so. */
export const TOKEN_LENGTH = 1_000;
const DAY_SECONDS = 86_400;

/** @typedef {import("../../test/support/fake-aws/server.ts").FakeAws} FakeAws */

export class BenchHome {
  /** @param {string} path @param {FakeAws} aws */
  constructor(path, aws) {
    const { jane, roles } = aws.fixture;
    this.aws = aws;
    this.path = path;
    this.sessions = join(path, ".cache/askonce/sessions");
    this.ready = join(path, ".cache/askonce/ready");
    /** `mfa_process` reads the code from it: it comes when we write it. */
    this.fifo = join(path, "code");
    mkdirSync(join(path, ".aws"), { recursive: true });
    execFileSync("mkfifo", [this.fifo]);
    const keys = `aws_access_key_id = ${jane.accessKeyId}\naws_secret_access_key = ${jane.secretAccessKey}\n`;
    writeFileSync(join(path, ".aws/credentials"), `[work-keys]\n${keys}`, { mode: 0o600 });
    writeFileSync(
      join(path, ".aws/config"),
      `[profile work-keys]
region = eu-west-1
mfa_process = cat ${this.fifo}

[profile work]
region = eu-west-1
credential_process = ${LAUNCHER} work-keys

[profile admin]
region = eu-west-1
role_arn = ${roles.admin}
source_profile = work

[profile static]
region = eu-west-1
`,
    );
    for (const file of ["config", "credentials", ""]) age(join(path, ".aws", file));
  }

  /** The environment of its user; nothing of the caller's but PATH. */
  get env() {
    return {
      HOME: this.path,
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      LANG: "C.UTF-8",
      AWS_ENDPOINT_URL: this.aws.url,
      AWS_EC2_METADATA_DISABLED: "true",
    };
  }

  /** @param {readonly string[]} argv @param {Record<string, string>} [more] */
  command(argv, more = {}) {
    return { argv, env: { ...this.env, ...more }, cwd: this.path };
  }

  /** @param {readonly string[]} args */
  askonce(...args) {
    return this.command([process.execPath, PROGRAM, ...args]);
  }

  /**
   * Runs something that asks for a code, and gives it one as soon as it reads the code and `until` is settled.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @param {() => Promise<unknown>} [until]
   * @returns {Promise<{ result: T, shownNs: bigint }>} `shownNs`: when it was given
   */
  async withCode(work, until) {
    const shown = open(this.fifo, "w").then(async (file) => {
      await until?.();
      const shownNs = process.hrtime.bigint();
      await file.write(`${this.aws.freshCode()}\n`);
      await file.close();
      return shownNs;
    });
    try {
      const result = await work();
      return { result, shownNs: await within(shown, "nobody asked for the code") };
    } finally {
      // Where nobody asked the writer is still waiting for a reader.
      const reader = await open(this.fifo, constants.O_RDONLY | constants.O_NONBLOCK);
      await shown.catch(() => {});
      await reader.close();
    }
  }

  /** Makes the session of `work-keys`, plants others beside it until there are so many, and has it answered until it is ready. */
  async makeReady(sessions = 1) {
    const { result } = await this.withCode(() => run(this.row("work-keys")));
    const [own = ""] = readdirSync(this.sessions);
    const session = JSON.parse(readFileSync(join(this.sessions, own), "utf8"));
    for (let planted = 1; planted < sessions; planted++) {
      const id = randomBytes(20).toString("hex");
      writeFileSync(join(this.sessions, `${id}.json`), JSON.stringify({ ...session, id }), { mode: 0o600 });
    }
    // What came less than a second ago may change once more within the same tick of a clock: that is not kept ready.
    await sleep(1_300);
    await run(this.row("work-keys"));
    await this.#proveReady();
    return result.out;
  }

  /** Without Node there is an answer still. */
  async #proveReady() {
    const note = join(this.ready, ".node");
    const kept = readFileSync(note, "utf8");
    writeFileSync(note, `${join(this.path, "no-node")}\n${PROGRAM}\n`);
    writeFileSync(join(this.path, "no-node"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await run({ label: "a ready answer", command: this.command([LAUNCHER, "work-keys"]), isRight: isAnswer });
    writeFileSync(note, kept);
  }

  /** Forgets the sessions that `isMeant` names, and all that is ready. @param {(session: { sourceId?: string }) => boolean} isMeant */
  forget(isMeant) {
    for (const name of readdirSync(this.sessions)) {
      const path = join(this.sessions, name);
      if (isMeant(JSON.parse(readFileSync(path, "utf8")))) rmSync(path);
    }
    rmSync(this.ready, { recursive: true, force: true });
  }

  /** `askonce get NAME`. @param {string} name */
  row(name) {
    return { label: `askonce get ${name}`, command: this.askonce("get", name), isRight: isAnswer };
  }
}

/** Whether this is an answer of credential_process with a token of the length that the fake gives here. @param {string} out */
export function isAnswer(out) {
  try {
    return JSON.parse(out).SessionToken.length === TOKEN_LENGTH;
  } catch {
    return false;
  }
}

/** @template T @param {Promise<T>} promise @param {string} why @returns {Promise<T>} */
async function within(promise, why) {
  const late = sleep(1_000, undefined, { ref: false }).then(() => {
    throw new Error(why);
  });
  return Promise.race([promise, late]);
}

/** Lets a day pass for a file. @param {string} path */
function age(path) {
  const then = Date.now() / 1000 - DAY_SECONDS;
  utimesSync(path, then, then);
}
