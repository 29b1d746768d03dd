/**
 * Looks up a host's addresses in a process of its own. A thread of ours would be held by name servers that are silent for
 * as long as the system asks them, and Node does not end before its threads do: the deadline would be far behind.
 */

import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { runWords } from "../processes/child-program.ts";

const SCRIPT = `const [host, options] = process.argv.slice(1);
require("node:dns").lookup(host, JSON.parse(options), (error, found) =>
  process.stdout.write(JSON.stringify(error ? { code: error.code } : { found })));`;

/** What was found, by host and options: a run calls the same few hosts. */
const known = new Map<string, LookupAddress[]>();

/** What stands in for `dns.lookup`; ended by `signal`. */
export function lookupBy(environment: NodeJS.ProcessEnv, signal: AbortSignal): LookupFunction {
  return async (host, options, done) => {
    // Loaded for a name: an address needs none of it.
    const { getDefaultResultOrder, lookup: lookUpHere } = await import("node:dns");
    // NODE_OPTIONS, which the child does not get, may have said in which order.
    const verbatim = options.verbatim ?? getDefaultResultOrder() === "verbatim";
    const text = JSON.stringify({ ...options, verbatim, all: true });
    const answer = (found: LookupAddress[]): void => {
      if (options.all === true) done(null, found);
      else done(null, found[0]?.address ?? "", found[0]?.family);
    };
    const before = known.get(`${host} ${text}`);
    if (before !== undefined) return queueMicrotask(() => answer(before));
    void runWords([process.execPath, "-e", SCRIPT, "--", host, text], environment, signal).then(
      ({ output, status }) => {
        // A Node that was replaced since we began, or no more processes.
        if (status !== 0 && status !== "stopped") return lookUpHere(host, options, done);
        const { found, code = "EAI_AGAIN" } = parse(output);
        if (found === undefined || found.length === 0) return done(failure(host, code), "");
        known.set(`${host} ${text}`, found);
        answer(found);
      },
    );
  };
}

function parse(output: string): { readonly found?: LookupAddress[]; readonly code?: string } {
  try {
    return JSON.parse(output);
  } catch {
    return {};
  }
}

function failure(host: string, code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code, syscall: "getaddrinfo" });
}
