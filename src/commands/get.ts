import type { Command } from "../args.ts";
import { readSharedFiles } from "../aws-files/read.ts";
import { cacheRoot, lookAtCache } from "../cache/directory.ts";
import { getSession } from "../get-session.ts";
import { resolveRequest } from "../profile/request.ts";
import { beforeReading, keepForNextCall } from "../ready/keep-ready.ts";
import { now } from "../runtime/clock.ts";
import type { Context } from "../runtime/context.ts";
import type { Ports } from "../runtime/ports.ts";
import { credentialProcessLine } from "../session/credential-process-line.ts";
import { isUsable } from "../session/session.ts";

/** Prints the credential_process answer for a profile: all of it in one write, or nothing. */
export async function get(command: Extract<Command, { verb: "get" }>, ports: Ports, context: Context): Promise<number> {
  const before = Object.keys(command.flags).length === 0 ? beforeReading(command.name, ports.env) : undefined;
  const files = await readSharedFiles(ports.env);
  const request = resolveRequest(command.name, command.flags, files, ports.env);
  if (request.deadlineSeconds !== undefined) context.endAfter(request.deadlineSeconds);
  if (request.log !== undefined) context.logTo(request.log);
  ports.fenceSdk();
  const cache = lookAtCache(cacheRoot(ports.env), context.uid);
  let session = await getSession(request, cache, context);
  // The machine may have slept since it was read.
  if (!isUsable(session, now())) session = await getSession(request, cache, context);
  context.waiting.for = "the reader";
  await ports.writeOut(credentialProcessLine(session));
  keepForNextCall(session, request, before, cache, ports, context);
  return 0;
}
