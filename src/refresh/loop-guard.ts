/**
 * A program that is to give keys or a code may itself call AWS with a profile that needs this very session: it would wait
 * for itself, or start itself for ever. The children carry the sessions being resolved; meeting one's own there is a loop.
 */

import { digest } from "../disk/file-names.ts";
import { endpointIdentity } from "../profile/endpoint.ts";
import type { SessionRequest } from "../profile/request.ts";
import type { Context } from "../runtime/context.ts";
import { AskonceError } from "../runtime/errors.ts";
import { sourceIdOf } from "../session/identity.ts";

const VARIABLE = "ASKONCE_RESOLVING";

interface Resolving {
  readonly id: string;
  readonly device: string;
  readonly name: string;
}

/** Throws `configuration` when this session is being resolved by an askonce above; else has the children carry it as well. */
export function refuseLoop(request: SessionRequest, context: Context): void {
  const above = parse(context.env[VARIABLE]);
  const id = digest("resolving", sourceIdOf(request.source), endpointIdentity(request.endpoint));
  const { serial } = request.source.mfa;
  const device = serial === undefined ? "" : digest(serial);
  // A device that is still to be found may be the very one.
  const loop = above.findIndex((one) => one.id === id && (one.device === device || one.device === "" || device === ""));
  if (loop >= 0) {
    const names = [...above.slice(loop).map((one) => one.name), request.name].join(" -> ");
    throw new AskonceError(
      "configuration",
      `the MFA session is asked for while it is being made: ${names}`,
      "let the program that gives the keys or the code use no profile that needs this session",
      "renewal-loop",
    );
  }
  context.childEnvironment[VARIABLE] = format([...above, { id, device, name: request.name }]);
}

function format(list: readonly Resolving[]): string {
  return list.map(({ id, device, name }) => `${id}:${device}:${encodeURIComponent(name)}`).join(" ");
}

function parse(text: string | undefined): Resolving[] {
  return (text ?? "").split(" ").flatMap((entry) => {
    const [id, device = "", name = ""] = entry.split(":");
    return id ? [{ id, device, name: decode(name) }] : [];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
