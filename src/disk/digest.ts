import { sha256 } from "@noble/hashes/sha2.js";

/** A refresh asks for the same few again and again, and each is a tenth of a millisecond before V8 optimizes it. */
const digests = new Map<string, string>();

/**
 * A name for a file or lock out of values that may hold anything: 40 hexadecimal digits of their SHA-256. A hit needs it, and
 * Node takes longer to load its own crypto than for all else that a hit does.
 */
export function digest(...parts: string[]): string {
  const text = JSON.stringify(parts);
  const known = digests.get(text) ?? Buffer.from(sha256(Buffer.from(text, "utf8"))).toString("hex", 0, 20);
  digests.set(text, known);
  return known;
}
