import type { Command } from "../args.ts";
import { sessionFor } from "../get-session.ts";
import { beforeReading, keepForNextCall } from "../ready/keep-ready.ts";
import type { Context } from "../runtime/context.ts";
import type { Ports } from "../runtime/ports.ts";
import { credentialProcessLine } from "../session/credential-process-line.ts";

/** Prints the credential_process answer for a profile: all of it in one write, or nothing. */
export async function get(command: Extract<Command, { verb: "get" }>, ports: Ports, context: Context): Promise<number> {
  const before = Object.keys(command.flags).length === 0 ? beforeReading(command.name, ports.env) : undefined;
  const { request, cache, session } = await sessionFor(command.name, command.flags, context);
  context.waiting.for = "the reader";
  await ports.writeOut(credentialProcessLine(session));
  keepForNextCall(session, request, before, cache, ports, context);
  return 0;
}
