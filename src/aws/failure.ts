/** AWS's errors -> ours: what was refused and why, or what could not be reached. No text of a request gets into them. */

import type { EndpointSettings } from "../profile/endpoint.ts";
import { AskonceError } from "../runtime/errors.ts";
import type { Reason } from "../runtime/reasons.ts";
import { shellWord } from "../text/shell-words.ts";

/** What STS says of a token code it does not take. */
export type CodeRejection = "wrong" | "not-this-users-device";

interface Raw {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly syscall?: string;
  readonly errors?: readonly Raw[];
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $fault?: string;
  readonly cause?: unknown;
}

/** The rejection when STS refused the code itself; it tells the two cases apart by its text only. */
export function codeRejection(error: unknown): CodeRejection | undefined {
  const { name = "", message = "" } = error as Raw;
  if (isDenial(name)) {
    if (/invalid MFA one time pass code/i.test(message)) return "wrong";
    if (/unable to validate MFA code/i.test(message)) return "not-this-users-device";
  }
  return undefined;
}

/** The name that AWS gives a refusal by a policy. */
export function isDenial(name: string): boolean {
  return name === "AccessDenied" || name === "AccessDeniedException";
}

/** True when AWS no longer knows the credentials a request was signed with. */
export function isDeadCredentials(error: unknown): boolean {
  const { name } = error as Raw;
  return name === "ExpiredToken" || name === "ExpiredTokenException" || name === "InvalidClientTokenId";
}

/** True when the service surely did not look at a token code: it is as good as before. */
export function wasSurelyNotSeen(error: unknown): boolean {
  // A proxy that does not let us through, or no endpoint to call.
  if (error instanceof AskonceError) return true;
  const { name = "", message = "", code = "", syscall = "", errors = [] } = error as Raw;
  // One error for each address of the host.
  if (errors.length > 0 && errors.every((one) => one.syscall === "connect")) return true;
  const isOnConnection = syscall === "read" || syscall === "write";
  if (syscall === "connect" || NOT_TRUSTED.test(code) || (NO_CONNECTION.has(code) && !isOnConnection)) return true;
  if (code === "" && /did not establish a connection/.test(message)) return true;
  return isThrottled(name) || BEFORE_THE_CODE.has(name) || isClockTrouble(name, message);
}

/** True for what may be over in a moment. */
export function mayPass(error: unknown): boolean {
  const { name = "", message = "", code = "", $metadata } = error as Raw;
  const status = $metadata?.httpStatusCode ?? 0;
  if (isThrottled(name) || status === 429 || [500, 502, 503, 504].includes(status)) return true;
  if (NO_CONNECTION.has(code) || ["ECONNRESET", "EPIPE", "ETIMEDOUT"].includes(code)) return true;
  return name === "TimeoutError" || name === "RequestTimeout" || isClockTrouble(name, message);
}

const NO_CONNECTION = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** OpenSSL's and Node's codes for a certificate: nothing is sent until it is found good. */
const NOT_TRUSTED =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH)/;

/** AWS looks at the signature and its key first. */
const BEFORE_THE_CODE = new Set([
  "InvalidClientTokenId",
  "SignatureDoesNotMatch",
  "IncompleteSignature",
  "MissingAuthenticationToken",
  "OptInRequired",
  "RegionDisabledException",
]);

function isThrottled(name: string): boolean {
  return name === "Throttling" || name === "ThrottlingException" || name === "RequestLimitExceeded";
}

/** For an answer that AWS did not give, whatever it says of itself. */
export function notOfAws(what: string, httpStatusCode = 200): Error {
  return Object.assign(new Error(what), { $metadata: { httpStatusCode } });
}

/**
 * The error to show for a failed call.
 *
 * @param call such as `GetSessionToken`
 * @param whose what the keys or the role belong to, in the user's words
 * @param sent secrets of the request, which a server may repeat in its error
 */
export function awsFailure(
  error: unknown,
  call: string,
  whose: { keysOf: string; role?: string },
  host: string,
  sent: readonly (string | undefined)[] = [],
): AskonceError {
  if (error instanceof AskonceError) return error;
  const raw = error as Raw;
  const name = nameOf(raw);
  if (name === "EndpointError" && raw.$metadata === undefined) return noEndpoint(error, raw);
  const message = without(sent, raw.message ?? "");
  const status = raw.$metadata?.httpStatusCode;
  const answered = raw.$fault !== undefined && status !== undefined && status < 500 && status >= 400;
  if (!answered || /^(Throttling|RequestLimitExceeded|RequestTimeout$)/.test(name))
    return unreachable(error, host, status);
  const code = isAboutKeysOrRole(name, message, whose) ? "refused" : "request-refused";
  const [what, hint, reason] = refusal(name, message, call, whose);
  return new AskonceError(code, what, hint, reason, { cause: error });
}

/** These hold for everybody with the same keys or role; others are about one request, its region for one. */
function isAboutKeysOrRole(name: string, message: string, whose: { role?: string }): boolean {
  if (name === "RegionDisabledException") return false;
  if (whose.role !== undefined) return true;
  if (isClockTrouble(name, message)) return false;
  return ["InvalidClientTokenId", "SignatureDoesNotMatch", "AccessDenied"].includes(name);
}

/** The SDK's own rules know no address for what is set (@smithy/core, EndpointError); nothing was sent. */
function noEndpoint(error: unknown, raw: Raw): AskonceError {
  return new AskonceError(
    "configuration",
    `there is no endpoint for what is set: ${brief(raw.message ?? "")}`,
    "check the region, use_fips_endpoint and use_dualstack_endpoint, and their variables",
    "no-endpoint",
    { cause: error },
  );
}

function refusal(
  name: string,
  message: string,
  call: string,
  whose: { keysOf: string; role?: string },
): [what: string, hint: string, reason: Reason] {
  const keys = `AWS refused the keys of ${whose.keysOf} (${name})`;
  if (isClockTrouble(name, message))
    return [
      `AWS refused the signature for ${whose.keysOf}: this machine's clock is off`,
      "set the clock and try again",
      "clock-skew",
    ];
  if (name === "InvalidClientTokenId")
    return [
      keys,
      "they were deleted or deactivated, or belong to another partition: check them in the IAM console",
      "keys-rejected",
    ];
  if (name === "SignatureDoesNotMatch")
    return [
      keys,
      `the secret does not belong to the access key id: check the keys of ${whose.keysOf}`,
      "keys-rejected",
    ];
  if (whose.role !== undefined && name === "AccessDenied") {
    return [
      `AWS refused role ${whose.role} (AccessDenied)`,
      `check that its trust policy and the policy of ${whose.keysOf}'s user allow sts:AssumeRole; where one looks at aws:MultiFactorAuthAge, a new sign-in helps: \`askonce login ${shellWord(whose.keysOf)} --force\``,
      "role-denied",
    ];
  }
  if (whose.role !== undefined && /MaxSessionDuration|DurationSeconds exceeds/.test(message)) {
    return [
      `AWS gives role ${whose.role} for less time than duration_seconds asks for`,
      "ask for less, or raise the maximum session duration of the role",
      "role-too-long",
    ];
  }
  const subject = whose.role === undefined ? `the keys of ${whose.keysOf}` : `role ${whose.role}`;
  return [
    `AWS refused ${call} with ${subject} (${name})`,
    brief(message),
    isDenial(name) ? "aws-denied" : "aws-refused",
  ];
}

function unreachable(error: unknown, host: string, status: number | undefined): AskonceError {
  const raw = error as Raw;
  const what =
    status !== undefined && (raw.$fault !== undefined || status >= 500)
      ? `${host} answered ${status}${nameOf(raw) ? ` (${nameOf(raw)})` : ""}`
      : status === undefined
        ? `cannot reach ${host} (${networkCode(raw)})`
        : `${host} sent something that is no answer of AWS`;
  const hint = UNTRUSTED.test(networkCode(raw))
    ? "where a company's own CA signs, have AWS_CA_BUNDLE or ca_bundle name its file"
    : "check the network, and a proxy or endpoint if one is set, then try again";
  return new AskonceError("unreachable", what, hint, whyUnreachable(raw, status), { cause: error });
}

function whyUnreachable(raw: Raw, status: number | undefined): Reason {
  if (isThrottled(nameOf(raw)) || status === 429) return "throttled";
  if (status === undefined) return NOT_TRUSTED.test(networkCode(raw)) ? "untrusted-certificate" : "unreachable-host";
  return raw.$fault !== undefined || status >= 500 ? "aws-unavailable" : "not-aws";
}

/** OpenSSL's codes for a chain that does not end in a certificate that is trusted. */
const UNTRUSTED = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER|VERIFY)\w*)$/;

function networkCode(raw: Raw): string {
  if (raw.code !== undefined) return raw.code;
  const inner = raw.cause as Raw | undefined;
  return inner?.code ?? (nameOf(raw) || "no answer");
}

function isClockTrouble(name: string, message: string): boolean {
  return (
    name === "RequestTimeTooSkewed" ||
    name === "RequestExpired" ||
    (name === "SignatureDoesNotMatch" && /^Signature (expired|not yet current)/.test(message))
  );
}

/** An error's code is chosen by whoever answers: it stays short. */
function nameOf(raw: Raw): string {
  return (raw.name ?? "").slice(0, 80);
}

/** A server may repeat what it was sent. */
function without(sent: readonly (string | undefined)[], text: string): string {
  return sent.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, "...") : rest), text);
}

/** AWS's own sentence, short and without its full stop. */
function brief(message: string): string {
  const text = message.replace(/\s+/g, " ").trim().replace(/\.$/, "");
  return text.length > 240 ? `${text.slice(0, 237)}...` : text || "AWS gave no reason";
}

/** Which host is called, in the words for the user. */

/** The host of an endpoint of its own, or the service and region that the SDK finds a host for. */
export function stsHost({ stsUrl }: EndpointSettings, region: string): string {
  return stsUrl === undefined ? `sts.${region}` : new URL(stsUrl).hostname;
}

/** The same for IAM, which has one host a partition. */
export function iamHost({ iamUrl }: EndpointSettings): string {
  return iamUrl === undefined ? "iam.amazonaws.com" : new URL(iamUrl).hostname;
}
