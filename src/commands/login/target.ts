/** Whose session `login` without NAME makes: what others wait for, else AWS_PROFILE's, else the only one there is, else it asks. */

import { type Flags, parseCommand } from "../../args.ts";
import type { SharedFiles } from "../../aws-files/read.ts";
import { profileLines } from "../../mfa/prompt-text.ts";
import { askonceRequest } from "../../profile/credential-process.ts";
import { hasStaticKeys } from "../../profile/key-source.ts";
import { askInTurn } from "../../refresh/asking/ask-in-turn.ts";
import { askersOf } from "../../refresh/asking/askers.ts";
import type { Locks } from "../../refresh/store/locks.ts";
import type { Context } from "../../runtime/context.ts";
import { nonEmpty } from "../../runtime/environment.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { chooseOne } from "../../terminal/choice.ts";

export interface Target {
  readonly name: string;
  readonly flags: Flags;
}

/** One at least; several when others wait for several sessions. Throws `usage` where there is a choice and nobody to make it. */
export async function loginTargets(
  flags: Flags,
  files: SharedFiles,
  locks: Locks,
  context: Context,
): Promise<Target[]> {
  const waiting = waitedFor(locks);
  if (waiting.length > 0) return waiting.map((target) => ({ ...target, flags: { ...target.flags, ...flags } }));
  const named = nonEmpty(context.env.AWS_PROFILE);
  if (named !== undefined) return [{ name: named, flags }];
  const names = candidates(files);
  const [only] = names;
  if (only !== undefined && names.length === 1) return [{ name: only, flags }];
  return [{ name: await chosen(names, locks, context), flags }];
}

/** A session a target, oldest question first. What a program is about to give needs nobody. */
function waitedFor(locks: Locks): Target[] {
  const persons = askersOf(locks).filter(({ where }) => where !== "mfa_process" && where !== "login");
  const first = new Map(persons.toReversed().map(({ sessionId, words }) => [sessionId, words]));
  return [...first.values()].toReversed().flatMap((words) => targetOf(words) ?? []);
}

function targetOf(words: readonly string[]): Target | undefined {
  try {
    const parsed = parseCommand(["login", ...words]);
    return parsed.verb === "login" && parsed.name !== undefined
      ? { name: parsed.name, flags: parsed.flags }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The profiles that call askonce, one for each that it is called for; where none does, those that have keys. */
function candidates({ profiles }: SharedFiles): string[] {
  const callers = new Map<string, string>();
  for (const [name, { credential_process: command }] of profiles) {
    const called = calledName(command);
    if (called !== undefined && !callers.has(called)) callers.set(called, name);
  }
  const withKeys = [...profiles].filter(([, keys]) => hasStaticKeys(keys)).map(([name]) => name);
  return (callers.size > 0 ? [...callers.values()] : withKeys).sort();
}

function calledName(command: string | undefined): string | undefined {
  try {
    return command === undefined ? undefined : askonceRequest(command)?.name;
  } catch {
    return undefined;
  }
}

async function chosen(names: readonly string[], locks: Locks, context: Context): Promise<string> {
  const usual = [nonEmpty(context.env.AWS_DEFAULT_PROFILE), "default"].find((one) => one && names.includes(one));
  const fallback = usual ?? names[0];
  if (fallback === undefined) throw unnamed(names);
  const question = chooseOne({
    ...{ what: "profile", message: "Profile", lines: profileLines(names), fallback },
    choices: names.map((name) => ({ value: name, name })),
    whatToDo: "try again, or name it: `askonce login NAME`",
  });
  const given = await askInTurn(question, locks, context);
  if (given.kind !== "answered") throw unnamed(names);
  return given.value;
}

function unnamed(names: readonly string[]): AskonceError {
  const which = names.length === 0 ? "no profile has keys or calls askonce" : `there are ${names.join(", ")}`;
  return new AskonceError("usage", `login needs the name of a profile: ${which}`, "see `askonce login --help`");
}
