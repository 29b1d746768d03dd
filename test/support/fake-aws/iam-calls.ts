import type { User } from "./accounts.ts";
import { AwsError, validationError } from "./aws-error.ts";
import { type ApiCall, authorize, callerAccount } from "./caller.ts";
import { checkParams } from "./params.ts";
import type { XmlNode } from "./xml.ts";

/** The user a request is about: the one it names, else the one whose key signed it. */
function subject(call: ApiCall): { name: string; user: User | undefined } {
  checkParams(call.params, {
    UserName: { pattern: /^[\w+=,.@-]+$/, shown: "[\\w+=,.@-]+", minLength: 1, maxLength: 128 },
  });
  const { credential } = call;
  const name = call.params.UserName ?? (credential.kind === "role" ? undefined : credential.user.name);
  if (name === undefined) throw validationError("Must specify userName when calling with non-User credentials");
  const account = callerAccount(credential);
  return { name, user: call.state.users.find((entry) => entry.name === name && entry.accountId === account) };
}

/** The subject, once the caller is known to be allowed the action on it: AWS does not tell strangers who exists. */
export function authorizedSubject(call: ApiCall): User {
  const { name, user } = subject(call);
  authorize(call, user?.arn ?? `arn:aws:iam::${callerAccount(call.credential)}:user/${name}`, `user ${name}`);
  if (!user) throw new AwsError(404, "NoSuchEntity", `The user with name ${name} cannot be found.`);
  return user;
}

/** One page of a list, with Marker and MaxItems as AWS has them. */
export function page<T>(call: ApiCall, items: T[]): { items: T[]; tail: XmlNode } {
  checkParams(call.params, { MaxItems: { min: 1, max: 1000 } });
  const marker = call.params.Marker;
  const start = marker === undefined ? 0 : Number(Buffer.from(marker, "base64").toString().slice("page:".length));
  if (!Number.isInteger(start) || start < 0 || start > items.length) throw validationError("Invalid Marker.");
  const end = start + Number(call.params.MaxItems ?? call.settings.pageSize);
  const more = end < items.length;
  return {
    items: items.slice(start, end),
    tail: { IsTruncated: more, Marker: more ? Buffer.from(`page:${end}`).toString("base64") : undefined },
  };
}
