/** The body of an answer, read to its end: of a bounded size, within a bounded time. */

import type { Readable } from "node:stream";
import { notOfAws } from "./failure.ts";

/** AWS's answers have a few kilobytes. */
const MOST_BYTES = 1024 * 1024;

/** Throws as Node does for a connection that breaks, a TimeoutError, or an error with the status for what is too large for an answer of AWS. */
export async function readBody(body: Readable, status: number, withinMs: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const late = Object.assign(new Error("the answer did not end in time"), { name: "TimeoutError" });
  const timer = setTimeout(() => body.destroy(late), withinMs);
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Uint8Array);
      length += (chunk as Uint8Array).length;
      if (length > MOST_BYTES) throw notOfAws("the answer is too large", status);
    }
  } finally {
    clearTimeout(timer);
    // What is left of it, nobody reads.
    body.destroy();
  }
  return Buffer.concat(chunks);
}
