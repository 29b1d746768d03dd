/** After an answer was printed: keeps it ready for the next call, which will then cost no Node, or little of it. */

import { existsSync } from "node:fs";
import type { CacheDirectory, UsableCache } from "../cache/directory.ts";
import { readUser } from "../cache/user-file.ts";
import type { SessionRequest } from "../profile/request.ts";
import { type Moment, now } from "../runtime/clock.ts";
import type { Context } from "../runtime/context.ts";
import type { Environment } from "../runtime/environment.ts";
import { attemptWrite } from "../runtime/log.ts";
import type { Program } from "../runtime/program.ts";
import { usersReadFor } from "../session/known-identity.ts";
import { LEAST_REMAINING_MS, renewalMs, servedForMs } from "../session/session.ts";
import type { SessionRecord } from "../session/stored-session.ts";
import { keepCode } from "./code-file.ts";
import { keepProgram, keepReady, seenOf } from "./file.ts";
import { type ReadyFacts, type ReadyPlace, readyPlace, UPTIME } from "./rule.ts";

/** Without the time since the machine's start a clock may have been set back by as much as this, and by less than what a session has left when it is renewed. */
const UNWATCHED_MS = 15 * 60_000;

/** Where a run's answer would be kept, and how it was there before anything was read. */
export interface Before {
  readonly place: ReadyPlace;
  readonly readAt: Moment;
  readonly seen: string;
}

/** To be called before anything is read; undefined where nothing would be kept. Never throws. */
export function beforeReading(name: string, env: Environment): Before | undefined {
  const readAt = now();
  const place = readyPlace(name, env);
  return place === undefined ? undefined : { place, readAt, seen: seenOf(place) };
}

/** What was printed: the line, and the record of its session. */
export interface ReadyAnswer {
  readonly session: SessionRecord;
  readonly line: string;
}

/** Keeps an answer for the next call, and notes for the launcher what ran. Never throws: a disk that takes nothing costs the next call its time. */
export function keepForNextCall(
  answer: ReadyAnswer,
  request: SessionRequest,
  before: Before | undefined,
  cache: CacheDirectory,
  program: Program,
  context: Context,
): void {
  attemptWrite("answer", context, () => {
    noteRun(cache, program, context);
    if (cache.usable && before !== undefined) keepAnswer(answer, request, before, cache, context);
  });
}

/** Notes which Node runs which program, for the launcher, and keeps what V8 has compiled, for the next run. Never throws. */
export function noteRun(cache: CacheDirectory, program: Program, context: Context): void {
  if (!cache.usable || !existsSync(cache.root)) return;
  attemptWrite("program", context, () => keepProgram(cache.ready, program.node, program.script));
  attemptWrite("code", context, () => keepCode(cache.code, program.compiledCode()));
}

function keepAnswer(
  { session, line }: ReadyAnswer,
  request: SessionRequest,
  { place, readAt, seen }: Before,
  cache: UsableCache,
  context: Context,
): void {
  const at = now();
  const awake = awakeUntil(readAt, at);
  const servedMs = servedForMs(session, request, request.sessionDurationSeconds * 1000, at);
  const longestMs = awake === undefined ? Math.min(UNWATCHED_MS, renewalMs(session) - LEAST_REMAINING_MS) : Infinity;
  const forMs = Math.min(servedMs, longestMs) - 1_000;
  // What a followed command line asks of each run.
  if (request.isForced || request.log !== undefined || forMs <= 0) return;
  const users = usersReadFor(request, (id) => readUser(cache.users, id, context.uid));
  keepReady({
    place,
    answer: line,
    readAtMs: readAt.wallMs,
    seen,
    untilMs: at.wallMs + forMs,
    awake: awake?.(forMs),
    kept: [`sessions/${session.id}.json`, ...users.map((id) => `users/${id}.json`)],
  });
}

function awakeUntil(readAt: Moment, at: Moment): ((forMs: number) => NonNullable<ReadyFacts["awake"]>) | undefined {
  const { upMs } = at;
  if (upMs === undefined || readAt.upMs === undefined || !existsSync(UPTIME)) return undefined;
  const from = Math.floor(readAt.upMs / 1000);
  return (forMs) => [from, Math.floor((upMs + forMs) / 1000)];
}
