/** Asks STS and IAM, side by side and within ten seconds, what can be asked without a code. */

import type { Connection } from "../../aws/connection.ts";
import { iamHost, stsHost } from "../../aws/failure.ts";
import { proxyFor } from "../../aws/proxy-choice.ts";
import { firstRegion } from "../../aws-names/partition.ts";
import type { CacheDirectory } from "../../cache/directory.ts";
import { readSession } from "../../cache/session-file.ts";
import { readUser } from "../../cache/user-file.ts";
import type { KeyProgram, LongTermKeys } from "../../keys/long-term-keys.ts";
import type { SessionRequest } from "../../profile/request.ts";
import { connectionFor } from "../../refresh/connection.ts";
import { refuseLoop } from "../../refresh/loop-guard.ts";
import { now, steadyMs } from "../../runtime/clock.ts";
import type { Context } from "../../runtime/context.ts";
import type { Environment } from "../../runtime/environment.ts";
import { AskonceError, asAskonceError } from "../../runtime/errors.ts";
import { partitionOfRequest, sourceIdOf } from "../../session/identity.ts";
import { knownIdentity } from "../../session/known-identity.ts";
import { isUsable } from "../../session/session.ts";
import { type Credentials, openCredentials } from "../../session/stored-session.ts";
import type { AwsAnswer, AwsFacts, ProfileFacts } from "../facts.ts";
import { whyRegion, whyUrl } from "./why.ts";

const ALL_MS = 10_000;
/** Somebody may have to unlock a password manager. */
const PROGRAM_MS = 30_000;

/** The keys that programs gave: profiles that lead to the same ones have its program run once, which may ask somebody. */
export type KeysAtHand = Map<string, Promise<LongTermKeys>>;

/** Never rejects. undefined where there is nothing to ask with: the keys are what is wrong. */
export async function lookAtAws(
  subject: Pick<ProfileFacts, "request" | "levels">,
  cache: CacheDirectory | undefined,
  context: Context,
  atHand: KeysAtHand,
): Promise<AwsFacts | undefined> {
  const { request } = subject;
  if (request === undefined) return undefined;
  const region = request.region ?? firstRegion(partitionOfRequest(request));
  const host = stsHost(request.endpoint, region);
  const facts = { host, region, because: because(subject.levels, request, context.env), proxy: undefined };
  const nothing = { devices: undefined, users: undefined, accessKeys: undefined, accessKeysBySession: undefined };
  const failed = (error: unknown, ofKeys: boolean): AwsFacts => ({
    ...facts,
    ...nothing,
    answeredInMs: 0,
    clockOffsetMs: undefined,
    accessKeyId: undefined,
    keysFailed: ofKeys ? asAskonceError(error) : undefined,
    identity: { kind: "failed", error: asAskonceError(error) },
  });
  let keys: LongTermKeys;
  try {
    keys = await keysOf(request, context, atHand);
  } catch (error) {
    return failed(error, true);
  }
  try {
    const session = await credentialsAtHand(request, cache, context);
    return { ...facts, keysFailed: undefined, ...(await ask(request, region, keys, session, context)) };
  } catch (error) {
    return failed(error, false);
  }
}

function keysOf(request: SessionRequest, context: Context, atHand: KeysAtHand): Promise<LongTermKeys> {
  const { source } = request;
  if (source.kind === "keys") return Promise.resolve(source.keys);
  const id = sourceIdOf(source);
  const asked = atHand.get(id) ?? fromProgram(request, source, context);
  atHand.set(id, asked);
  return asked;
}

async function fromProgram(request: SessionRequest, source: KeyProgram, context: Context): Promise<LongTermKeys> {
  // The program may call askonce with a profile that leads here. Each profile's has its own list of what is being resolved.
  const own = { ...context, childEnvironment: { ...context.childEnvironment } };
  refuseLoop(request, own);
  const { keysFromProgram } = await import("../../keys/key-program.ts");
  return keysFromProgram(source, own.childEnvironment, AbortSignal.timeout(PROGRAM_MS));
}

/** A role's is no use: it is another user's then. */
async function credentialsAtHand(
  request: SessionRequest,
  cache: CacheDirectory | undefined,
  { uid }: Context,
): Promise<Credentials | undefined> {
  if (cache?.usable !== true || request.source.direct !== undefined) return undefined;
  const identity = knownIdentity(request, (id) => readUser(cache.users, id, uid));
  const session = identity && readSession(cache.sessions, identity.sessionId, uid);
  return session !== undefined && isUsable(session, now()) ? openCredentials(session) : undefined;
}

async function ask(
  request: SessionRequest,
  region: string,
  keys: LongTermKeys,
  session: Credentials | undefined,
  context: Context,
): Promise<Omit<AwsFacts, "host" | "region" | "because" | "keysFailed">> {
  let clockOffsetMs: number | undefined;
  const clocks = { offsetMs: () => 0, keep: (_: string, offsetMs: number) => (clockOffsetMs = offsetMs) };
  const at = (host: string): Connection =>
    connectionFor({ request, store: { clocks }, context: bounded(host, context) }, region);
  const sts = at(stsHost(request.endpoint, region));
  const iam = at(iamHost(request.endpoint));
  const { profile } = keys;
  const [{ getCallerIdentity }, { askForAccessKeys, askForDevices, askForUsers }] = await Promise.all([
    import("../../aws/sts.ts"),
    import("../../aws/iam.ts"),
  ]);
  const startedMs = steadyMs();
  let answeredInMs = 0;
  const caller = getCallerIdentity(sts, keys, { keysOf: profile });
  const identity = answerOf(caller.then((one) => ({ kind: "identity" as const, ...one }))).finally(() => {
    answeredInMs = steadyMs() - startedMs;
  });
  const [who, devices, users, accessKeys, accessKeysBySession] = await Promise.all([
    identity,
    answerOf(askForDevices(iam, keys, profile)),
    answerOf(askForUsers(iam, keys, profile)),
    answerOf(askForAccessKeys(iam, keys, profile)),
    session === undefined ? undefined : answerOf(askForAccessKeys(iam, session, profile)),
  ]);
  return {
    identity: who,
    devices,
    users,
    accessKeys,
    accessKeysBySession,
    accessKeyId: keys.accessKeyId,
    answeredInMs,
    clockOffsetMs,
    proxy: proxyOf(sts, region),
  };
}

async function answerOf<T extends { readonly kind: string }>(asked: Promise<T>): Promise<AwsAnswer<T>> {
  try {
    return await asked;
  } catch (error) {
    return { kind: "failed", error: asAskonceError(error) };
  }
}

function bounded(host: string, { childEnvironment }: Context): Pick<Context, "deadline" | "childEnvironment"> {
  const timeIsUp = new AbortController();
  const late = new AskonceError(
    "unreachable",
    `${host} did not answer in ${ALL_MS / 1000} s`,
    "set HTTPS_PROXY if a proxy is needed here, or have the firewall let HTTPS through",
    "unreachable-host",
  );
  setTimeout(() => timeIsUp.abort(late), ALL_MS).unref();
  const deadline = { endsAtMs: Date.now() + ALL_MS, signal: timeIsUp.signal };
  return { deadline, childEnvironment };
}

function proxyOf({ network, endpoint }: Connection, region: string): string | undefined {
  const proxy = proxyFor(network, new URL(endpoint.stsUrl ?? `https://sts.${region}.amazonaws.com`));
  return proxy && `${proxy.url.host} of ${proxy.setBy}`;
}

function because(levels: ProfileFacts["levels"], request: SessionRequest, env: Environment): string {
  const url = request.endpoint.stsUrl === undefined ? undefined : whyUrl(levels, env);
  return url ?? whyRegion(levels, request, env);
}
