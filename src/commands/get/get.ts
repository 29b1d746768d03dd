import type { ParsedCommand } from "../../args.ts";
import { sessionFor } from "../../get-session.ts";
import { beforeReading, keepForNextCall } from "../../ready/keep-ready.ts";
import { credentialProcessLine } from "../../session/credential-process-line.ts";
import { openCredentials } from "../../session/stored-session.ts";
import type { Tools } from "../command.ts";

/** Prints the credential_process answer for a profile: all of it in one write, or nothing. */
export async function get(
  command: Extract<ParsedCommand, { verb: "get" }>,
  { streams, program, context }: Tools,
): Promise<number> {
  const before = Object.keys(command.flags).length === 0 ? beforeReading(command.name, context.env) : undefined;
  const { request, cache, session } = await sessionFor(command.name, command.flags, context);
  const line = credentialProcessLine(session, await openCredentials(session));
  context.waiting.for = "the reader";
  await streams.writeOut(line);
  keepForNextCall({ session, line }, request, before, cache, program, context);
  return 0;
}
