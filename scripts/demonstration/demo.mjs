// @ts-check
/** The demo: what askonce does, shown with a fake AWS. It ends with 1 when something it shows does not hold. */

import { pause, setStage, strikeStage } from "./stage.mjs";

const STORM = 20;
const NBSP = "\u00a0";
/** askonce's exit status when there was no code: nobody typed one, or three were wrong. */
const NO_CODE = 4;
const ROUNDS = 3;
/** A code that has less time left is not worth typing. */
const LEAST_SECONDS = 8;
/** The first versions of the AWS CLI that know AWS_ENDPOINT_URL: an older one would call AWS. */
const OLDEST_CLI = { 1: 29, 2: 13 };

// The question says which program asks.
process.title = "demo";

const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;
const hasColours = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
const width = Math.max(20, (process.stdout.columns || 80) - 1);
let untrue = 0;

try {
  const stage = await setStage();
  await show(stage);
} catch (error) {
  untrue++;
  process.stderr.write(`\nthe demo cannot go on: ${error instanceof Error ? error.message : error}\n`);
}
await strikeStage();
process.exitCode = untrue === 0 ? 0 : 1;

/** @param {import("./stage.mjs").Stage} stage */
async function show(stage) {
  say(bold("askonce demo"));
  say("  A fake AWS on 127.0.0.1, a throw-away config: nothing of yours is touched.");
  await first(stage);
  await again(stage);
  await storm(stage);
  await cli(stage);
  say("");
  if (untrue === 0) say("For your own account: README.md");
  else say(`${bad("✗")} ${untrue === 1 ? "one fact" : `${untrue} facts`} above did not hold`);
}

/** The first call asks. @param {import("./stage.mjs").Stage} stage */
async function first(stage) {
  if (!isInteractive) stage.letScriptType();
  /** @type {import("./stage.mjs").Result | undefined} */
  let got;
  for (let round = 1; got === undefined || (isInteractive && got.status === NO_CODE && round <= ROUNDS); round++) {
    // A command of the same shell job is not asked again so soon, unless it forgets.
    if (round > 1) await stage.run("askonce", ["logout", "work-keys"]);
    say("");
    if (isInteractive) await showPhone(stage.phone);
    else say("  no terminal: a script types the codes (mfa_process)");
    say("");
    command("askonce get work-keys");
    got = await stage.run("askonce", ["get", "work-keys"], { onTerminal: isInteractive });
  }
  if (got.status !== 0) throw new Error(got.err.trim() || "there is no session to show");
  sayJson(got.out);
  const calls = await stage.newCalls();
  if (!isInteractive) fact(stage.typed().prompts === 1, count(stage.typed().prompts, "prompt"));
  fact(calls.filter((action) => action === "GetSessionToken").length > 0, `calls to AWS: ${calls.join(", ")}`);
  if (!isInteractive) return;
  stage.letScriptType();
  say("");
  say("That was your one code. From here on a script types them (mfa_process).");
}

/** The second call does not. @param {import("./stage.mjs").Stage} stage */
async function again(stage) {
  const before = stage.typed().prompts;
  say("");
  command("askonce get work-keys");
  const got = await stage.run("askonce", ["get", "work-keys"]);
  const [prompts, calls] = [stage.typed().prompts - before, await stage.newCalls()];
  fact(
    succeeded(got) && prompts === 0 && calls.length === 0,
    `again: ${count(prompts, "prompt")}, ${count(calls.length, "call")} to AWS, ${Math.round(got.ms)}${NBSP}ms`,
  );
  tellError(got);
}

/** Many at once, without a session: one of them asks, all have the answer. @param {import("./stage.mjs").Stage} stage */
async function storm(stage) {
  say("");
  command("askonce logout work-keys");
  const forgotten = await stage.run("askonce", ["logout", "work-keys"]);
  say(`  ${(forgotten.out || forgotten.err).trim()}`);
  if (forgotten.status !== 0) fact(false, `logout ended with ${forgotten.status}`);
  say("");
  command(`askonce get work-keys  # ${STORM} at once`);
  await waitForUnusedCode(stage);
  const before = stage.typed().prompts;
  const all = await Promise.all(Array.from({ length: STORM }, () => stage.run("askonce", ["get", "work-keys"])));
  const { prompts: after, lastAt } = stage.typed();
  const [prompts, calls] = [after - before, await stage.newCalls()];
  const answers = new Set(all.map(({ out }) => out));
  const isEqual = all.every(succeeded) && answers.size === 1;
  const equal = isEqual ? `${STORM} equal answers` : `${answers.size} different answers`;
  fact(
    prompts === 1 && calls.length === 1 && calls[0] === "GetSessionToken" && isEqual,
    `${count(prompts, "prompt")}, ${count(calls.length, "call")} to AWS, ${equal}`,
  );
  const seconds = (Math.max(...all.map(({ endedAt }) => endedAt)) - lastAt) / 1000;
  if (isEqual) say(`  the last one ${seconds.toFixed(1)}${NBSP}s after the code`);
  for (const one of all) tellError(one);
}

/** What it is for. @param {import("./stage.mjs").Stage} stage */
async function cli(stage) {
  const why = await noCli(stage);
  say("");
  if (why !== undefined) {
    say(`  aws --profile work: skipped, ${why}`);
    return;
  }
  const profiles = [
    { name: "work", about: "credential_process = askonce-get work-keys", arn: /^arn:aws:iam::\d+:user\/jane$/ },
    { name: "admin", about: "role_arn = …, source_profile = work", arn: /^arn:aws:sts::\d+:assumed-role\/admin\/.+$/ },
  ];
  const before = stage.typed().prompts;
  for (const { name, about, arn } of profiles) {
    say(dim(`# ${name}: ${about}`));
    command(`aws sts get-caller-identity --profile ${name}`);
    const query = ["sts", "get-caller-identity", "--profile", name, "--query", "Arn", "--output", "text"];
    const got = await stage.run("aws", query);
    fact(got.status === 0 && arn.test(got.out.trim()), got.out.trim() || `aws ended with ${got.status}`);
    tellError(got);
  }
  const prompts = stage.typed().prompts - before;
  fact(prompts === 0, `${count(prompts, "prompt")} for both`);
}

/**
 * Why the AWS CLI has no part in this; undefined when it has.
 *
 * @param {import("./stage.mjs").Stage} stage
 */
async function noCli(stage) {
  let version;
  try {
    const got = await stage.run("aws", ["--version"]);
    if (got.status !== 0) return "`aws` does not run in an empty home";
    version = /aws-cli\/(\d+)\.(\d+)/.exec(got.out + got.err);
  } catch {
    return "`aws` is not installed";
  }
  const [, major = "0", minor = "0"] = version ?? [];
  const oldest = major === "1" ? OLDEST_CLI[1] : major === "2" ? OLDEST_CLI[2] : undefined;
  return oldest !== undefined && Number(minor) >= oldest ? undefined : "this `aws` is too old to be sent to a fake AWS";
}

/**
 * The code and the one after it. AWS takes a code half a minute longer than the phone shows it, so that the two last as
 * long as askonce waits, and nothing has to be written while it has the terminal.
 *
 * @param {import("./stage.mjs").Stage["phone"]} phone
 */
async function showPhone(phone) {
  const line = () => `  your phone shows   ${bold(spaced(phone.code()))}   (${phone.secondsLeft()} s)`;
  while (phone.secondsLeft() < LEAST_SECONDS) {
    process.stdout.write(`\r${line()} \r`);
    await pause(250);
  }
  say(`${line()} `);
  say(`  and then           ${spaced(phone.code(1))}`);
}

/** A code works once: after the one ahead of time was typed there is none for a while. @param {import("./stage.mjs").Stage} stage */
async function waitForUnusedCode(stage) {
  let shown = "";
  while (!(await stage.hasUnusedCode())) {
    const note = `  each code works once: next in ${stage.phone.secondsLeft()} s`;
    if (isInteractive) process.stdout.write(`\r${note} `);
    else if (shown === "") say(note);
    shown = note;
    await pause(250);
  }
  if (isInteractive) process.stdout.write(`\r${" ".repeat(shown.length)}\r`);
}

/** @param {import("./stage.mjs").Result} result */
function succeeded({ status, err }) {
  return status === 0 && err === "";
}

/** @param {import("./stage.mjs").Result} result */
function tellError({ status, err }) {
  if (status !== 0 && err !== "") say(`  ${err.trim().split("\n").at(-1)}`);
}

/** Shows a wire answer without what is secret in it. @param {string} text */
function sayJson(text) {
  const { AccessKeyId, ...rest } = JSON.parse(text);
  const shown = {
    ...rest,
    AccessKeyId: `${String(AccessKeyId).slice(0, 4)}…`,
    SecretAccessKey: "…",
    SessionToken: "…",
  };
  // In the order it came.
  const ordered = Object.keys(JSON.parse(text)).map((key) => [key, shown[/** @type {keyof typeof shown} */ (key)]]);
  say(JSON.stringify(Object.fromEntries(ordered)), /(?<=,)/);
}

/** @param {boolean} holds @param {string} text */
function fact(holds, text) {
  if (!holds) untrue++;
  say(`${holds ? good("✓") : bad("✗")} ${text}`);
}

/** @param {string} text */
function command(text) {
  say(`$ ${bold(text)}`);
}

/**
 * Says a paragraph, broken at blanks (or where told) so that it fits; further lines are indented below the first.
 *
 * @param {string} text
 * @param {RegExp} between
 */
function say(text, between = /(?<=\S)(?= )/) {
  const indent = `${/^ */.exec(text)?.[0]}  `;
  let line = "";
  let all = "";
  for (const part of text.split(between)) {
    // What would not fit into a line of its own is left to the terminal.
    if (line !== "" && plainLength(line + part) > width && indent.length + plainLength(part) <= width) {
      all += `${line}\n`;
      line = indent + part.trimStart();
    } else line += part;
  }
  process.stdout.write(`${all}${line}\n`);
}

/** @param {number} number @param {string} what */
function count(number, what) {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** @param {string} code */
function spaced(code) {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

/** @param {string} text */
function plainLength(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  return text.replace(/\x1b\[\d+m/g, "").length;
}

/** @param {string} text */
function bold(text) {
  return inColour(1, text);
}
/** @param {string} text */
function dim(text) {
  return inColour(2, text);
}
/** @param {string} text */
function bad(text) {
  return inColour(31, text);
}
/** @param {string} text */
function good(text) {
  return inColour(32, text);
}
/** @param {number} colour @param {string} text */
function inColour(colour, text) {
  return hasColours ? `\x1b[${colour}m${text}\x1b[0m` : text;
}
