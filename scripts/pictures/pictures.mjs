// @ts-check
/** Draws the README's pictures from what askonce really shows: npm run pictures. Needs the AWS CLI; the AWS it asks is fake. */

import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pty from "@lydell/node-pty";
import { setStage, strikeStage } from "../demonstration/stage.mjs";
import { terminalPicture } from "./terminal-picture.mjs";

const COLUMNS = 84;
const PATIENCE_MS = 20_000;
/** A picture of a code that is about to end would be one of another question. */
const LEAST_SECONDS = 12;

const stage = await setStage();
const home = stage.env.HOME ?? "/";
const shell = startShell();
const elsewhere = startShell();
let output = "";
shell.onData((text) => {
  output += text;
});

try {
  await shows(/\$ $/);
  await draw("prompt", "The question for the MFA code on a terminal", async () => {
    shell.write("aws sts get-caller-identity --profile work --query Arn\r");
    await shows(/Code/);
    while (stage.phone.secondsLeft() < LEAST_SECONDS) await sleep(500);
    shell.write(stage.phone.code().slice(0, 3));
    await sleep(500);
  });
  shell.write(`${stage.phone.code().slice(3)}\r`);
  await shows(/user\/jane[^$]*\$ $/);
  shell.write("askonce get admin > answer; clear\r");
  await sleep(3_000);
  addClient();
  elsewhere.write("aws s3 ls --profile client\r");
  await sleep(6_000);
  await draw("status", "What askonce status shows", async () => {
    shell.write("askonce status\r");
    await shows(/asked in[^$]*\$ $/);
    output = output.replace(/\$ $/, "");
  });
} finally {
  shell.kill();
  elsewhere.kill();
  await strikeStage();
}

function startShell() {
  const env = { ...stage.env, TERM: "xterm-256color", PS1: "$ ", PS2: "> " };
  return pty.spawn("/bin/sh", [], { cols: COLUMNS, rows: 40, cwd: home, env });
}

/** An account whose code is asked for, and not typed. */
function addClient() {
  const keys = "[client-keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n";
  appendFileSync(join(home, ".aws/credentials"), `\n${keys}`);
  const program = join(home, "bin/askonce-get");
  const client = `[profile client]\nregion = eu-central-1\ncredential_process = "${program}" client-keys\n`;
  const device = "[profile client-keys]\nmfa_serial = arn:aws:iam::555555555555:mfa/client-phone\n";
  appendFileSync(join(home, ".aws/config"), `\n${client}\n${device}`);
}

/**
 * @param {string} name
 * @param {string} title
 * @param {() => Promise<void>} scene what is shown, on an empty screen with a prompt
 */
async function draw(name, title, scene) {
  output = "$ ";
  await scene();
  const file = fileURLToPath(new URL(`${name}.svg`, import.meta.url));
  writeFileSync(file, await terminalPicture(output, { columns: COLUMNS, title }));
  console.log(`drawn: scripts/pictures/${name}.svg`);
}

/** @param {RegExp} what */
async function shows(what) {
  for (const endsAt = Date.now() + PATIENCE_MS; !what.test(output); await sleep(50))
    if (Date.now() > endsAt) throw new Error(`the terminal does not show ${what}:\n${output}`);
}
