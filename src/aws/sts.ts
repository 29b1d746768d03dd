/** The only importer of the STS client. Loaded while the user types. */

import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type Credentials as CredentialsOutput,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { now } from "../runtime/clock.ts";
import type { AskonceError } from "../runtime/errors.ts";
import type { Session } from "../session/session.ts";
import type { Credentials } from "../session/stored-session.ts";
import { type Connection, callAndClose, clientOptions, type SigningKeys } from "./connection.ts";
import {
  awsFailure,
  type CodeRejection,
  codeRejection,
  isDeadCredentials,
  mayPass,
  notOfAws,
  stsHost,
  wasSurelyNotSeen,
} from "./failure.ts";
import type { Exchange } from "./request-handler.ts";

/** Whose keys sign, in the user's words; for error texts. */
export interface Whose {
  readonly keysOf: string;
  readonly role?: string;
}

/** New credentials, and how long they last. */
export interface Issued {
  readonly session: Session;
  readonly credentials: Credentials;
}

/** What became of a code: `mayBeSpent` unless STS surely did not see it. */
export type CodeAnswer =
  | ({ readonly kind: "session" } & Issued)
  | { readonly kind: "rejected"; readonly rejection: CodeRejection }
  | { readonly kind: "failed"; readonly error: AskonceError; readonly mayBeSpent: boolean };

/** A code, and the device it was read from. */
export interface TypedCode {
  readonly mfaSerial: string;
  readonly tokenCode: string;
}

/** sts:GetSessionToken with a token code, for 900 to 129,600 seconds. A code is sent a second time only when STS surely did not see it. */
export function getSessionToken(
  connection: Connection,
  keys: SigningKeys,
  typed: TypedCode,
  durationSeconds: number,
  whose: Whose,
): Promise<CodeAnswer> {
  return sendCode(connection, keys, typed.tokenCode, "GetSessionToken", whose, async (client, options, exchange) => {
    const { Credentials: credentials } = await client.send(
      new GetSessionTokenCommand({
        SerialNumber: typed.mfaSerial,
        TokenCode: typed.tokenCode,
        DurationSeconds: durationSeconds,
      }),
      options,
    );
    return toIssued(credentials, durationSeconds, exchange);
  });
}

export interface AssumeRoleInput {
  readonly roleArn: string;
  readonly sessionName: string;
  /** 900 to 43,200; an hour unless told. */
  readonly durationSeconds?: number;
  readonly externalId?: string;
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  readonly policyArns?: readonly string[];
}

/** sts:AssumeRole with long-term keys and a token code. Sends a code again and answers as getSessionToken does. */
export function assumeRoleWithCode(
  connection: Connection,
  keys: SigningKeys,
  typed: TypedCode,
  input: AssumeRoleInput,
  whose: Whose,
): Promise<CodeAnswer> {
  return sendCode(connection, keys, typed.tokenCode, "AssumeRole", whose, (client, options, exchange) =>
    sendAssumeRole(
      client,
      { ...roleParameters(input), SerialNumber: typed.mfaSerial, TokenCode: typed.tokenCode },
      options,
      exchange,
    ),
  );
}

/** sts:AssumeRole with a session's keys. undefined when AWS says that these keys are dead. Throws `refused` or `unreachable`. */
export async function assumeRole(
  connection: Connection,
  keys: SigningKeys,
  input: AssumeRoleInput,
  whose: Whose,
): Promise<Issued | undefined> {
  const exchange = exchangeAt(connection);
  try {
    return await call(connection, keys, exchange, mayPass, (client, options) =>
      sendAssumeRole(client, roleParameters(input), options, exchange),
    );
  } catch (error) {
    if (isDeadCredentials(error)) return undefined;
    throw awsFailure(error, "AssumeRole", whose, exchange.host, [keys.secretAccessKey, keys.sessionToken]);
  }
}

type SendOptions = { readonly abortSignal: AbortSignal };

async function sendCode(
  connection: Connection,
  keys: SigningKeys,
  code: string,
  action: string,
  whose: Whose,
  send: (client: STSClient, options: SendOptions, exchange: Exchange) => Promise<Issued>,
): Promise<CodeAnswer> {
  const exchange = exchangeAt(connection);
  let mayBeSpent = false;
  const mayRepeat = (error: unknown): boolean => {
    if (wasSurelyNotSeen(error)) mayBeSpent = false;
    return !mayBeSpent && mayPass(error);
  };
  try {
    const issued = await call(connection, keys, exchange, mayRepeat, (client, options) => {
      mayBeSpent = true;
      return send(client, options, exchange);
    });
    return { kind: "session", ...issued };
  } catch (thrown) {
    const rejection = codeRejection(thrown);
    if (rejection !== undefined) return { kind: "rejected", rejection };
    const error = awsFailure(thrown, action, whose, exchange.host, [code, keys.secretAccessKey]);
    return { kind: "failed", error, mayBeSpent };
  }
}

function roleParameters(input: AssumeRoleInput): AssumeRoleCommandInput {
  return {
    RoleArn: input.roleArn,
    RoleSessionName: input.sessionName,
    DurationSeconds: input.durationSeconds,
    ExternalId: input.externalId,
    Tags: input.tags?.map(({ key, value }) => ({ Key: key, Value: value })),
    TransitiveTagKeys: input.transitiveTagKeys && [...input.transitiveTagKeys],
    SourceIdentity: input.sourceIdentity,
    PolicyArns: input.policyArns?.map((arn) => ({ arn })),
  };
}

async function sendAssumeRole(
  client: STSClient,
  parameters: AssumeRoleCommandInput,
  options: SendOptions,
  exchange: Exchange,
): Promise<Issued> {
  const { Credentials: credentials, AssumedRoleUser: user } = await client.send(
    new AssumeRoleCommand(parameters),
    options,
  );
  const accountId = user?.Arn?.split(":")[4];
  const issued = toIssued(credentials, parameters.DurationSeconds ?? 3600, exchange);
  return accountId ? { ...issued, session: { ...issued.session, accountId } } : issued;
}

/** sts:GetCallerIdentity, which no policy can deny. Throws `refused` or `unreachable`. */
export async function getCallerIdentity(
  connection: Connection,
  keys: SigningKeys,
  whose: Whose,
): Promise<{ account: string; arn: string }> {
  const exchange = exchangeAt(connection);
  try {
    const { Account: account, Arn: arn } = await call(connection, keys, exchange, mayPass, (client, options) =>
      client.send(new GetCallerIdentityCommand({}), options),
    );
    if (!account || !arn) throw notOfAws("the answer holds no account or ARN");
    return { account, arn };
  } catch (error) {
    throw awsFailure(error, "GetCallerIdentity", whose, exchange.host, [keys.secretAccessKey, keys.sessionToken]);
  }
}

function call<T>(
  connection: Connection,
  keys: SigningKeys,
  exchange: Exchange,
  mayRepeat: (error: unknown) => boolean,
  send: (client: STSClient, options: SendOptions) => Promise<T>,
): Promise<T> {
  const url = connection.endpoint.stsUrl;
  const client = new STSClient({
    ...clientOptions(connection, keys, { url, exchange }),
    useGlobalEndpoint: connection.endpoint.legacyGlobal,
  });
  return callAndClose(client, { connection, url, exchange }, mayRepeat, send);
}

function exchangeAt({ endpoint, region }: Connection): Exchange {
  return { host: stsHost(endpoint, region) };
}

/** Throws when the answer lacks what makes a session: an error of the endpoint, told as unreachable by the caller. */
function toIssued(output: CredentialsOutput | undefined, durationSeconds: number, exchange: Exchange): Issued {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = output ?? {};
  const expiresAtMs = Expiration instanceof Date ? Expiration.getTime() : Number.NaN;
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Number.isFinite(expiresAtMs)) {
    throw notOfAws("the answer holds no credentials");
  }
  const { clockOffsetMs = 0 } = exchange;
  const madeAt = now();
  const nowMs = madeAt.wallMs + clockOffsetMs;
  const issuedAtMs = Math.max(Math.min(nowMs, expiresAtMs), expiresAtMs - durationSeconds * 1000);
  return {
    session: { issuedAtMs, expiresAtMs, clockOffsetMs, madeAt },
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  };
}
