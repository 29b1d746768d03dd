// @ts-check
/** The AWS CLI, with credentials from the launcher, from the least program there can be, and from a file. */

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, inTurn } from "./measure.mjs";
import { nodeYardstick } from "./rows.mjs";

/** Older ones do not know it. */
const EXPORT = ["configure", "export-credentials", "--profile"];
/** A yardstick that takes long. */
const EXPORT_SHARE = 0.2;

/**
 * Both commands, as far as there is an AWS CLI that knows them.
 *
 * @param {import("./home.mjs").BenchHome} home
 * @param {string} directory
 * @param {number} rounds
 */
export async function measureAws(home, directory, rounds) {
  const [aws] = findAws();
  if (aws === undefined) return [];
  const answer = await home.makeReady();
  const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(answer);
  const inFile = { AWS_SHARED_CREDENTIALS_FILE: join(home.path, "static-credentials") };
  const keys = [
    `aws_access_key_id = ${AccessKeyId}`,
    `aws_secret_access_key = ${SecretAccessKey}`,
    `aws_session_token = ${SessionToken}`,
  ];
  writeFileSync(inFile.AWS_SHARED_CREDENTIALS_FILE, ["[static]", ...keys, ""].join("\n"), { mode: 0o600 });
  /** @type {{ id: string, label: string, profile: string, env: Record<string, string> }[]} */
  const ways = [
    { id: "static", label: "static keys", profile: "static", env: inFile },
    { id: "launcher", label: "launcher", profile: "work", env: {} },
  ];
  const reader = compile("yardstick", directory);
  if (reader !== undefined) {
    const [file, config] = [join(home.path, "answer"), join(home.path, "c-config")];
    writeFileSync(file, answer);
    writeFileSync(config, `[profile c]\nregion = eu-west-1\ncredential_process = ${reader} ${file}\n`);
    ways.push({ id: "c", label: "C program", profile: "c", env: { AWS_CONFIG_FILE: config } });
  }
  const { arn } = home.aws.fixture.jane;
  const whoami = [aws, "--endpoint-url", home.aws.url, "sts", "get-caller-identity", "--profile"];
  const asking = ways.map(({ id, label, profile, env }) => ({
    id: `aws-${id}`,
    label: `aws sts get-caller-identity, ${label}`,
    command: home.command([...whoami, profile], env),
    isRight: (/** @type {string} */ out) => out.includes(arn),
  }));
  const groups = [await withNode(home, asking, rounds)];
  const exporter = findAws().find(
    (path) => spawnSync(path, [...EXPORT, "static"], { env: { ...home.env, ...inFile } }).status === 0,
  );
  if (exporter === undefined) return groups;
  const exporting = ways.slice(0, 2).map(({ id, label, profile, env }) => ({
    id: `export-${id}`,
    label: `aws configure export-credentials, ${label}`,
    command: home.command([exporter, ...EXPORT, profile], env),
    isRight: (/** @type {string} */ out) => out.includes(SessionToken),
  }));
  return [...groups, await withNode(home, exporting, Math.ceil(rounds * EXPORT_SHARE))];
}

/** @param {import("./home.mjs").BenchHome} home @param {import("./measure.mjs").Row[]} asked @param {number} rounds */
async function withNode(home, asked, rounds) {
  const rows = [...asked, nodeYardstick(home)];
  return { rows, costs: await inTurn(rows, rounds) };
}

/** Every AWS CLI. Before the others that which pyenv's `aws` leads to, a script that takes its time to find it. */
function findAws() {
  const searches = [
    ["pyenv", "which", "aws"],
    ["which", "-a", "aws"],
  ];
  const found = searches.flatMap(([program = "", ...args]) => {
    const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
    return status === 0 ? stdout.trim().split("\n") : [];
  });
  return [...new Set(found)].filter((path) => !path.includes("/shims/"));
}
