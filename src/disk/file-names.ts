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

/**
 * 16 hexadecimal digits that tell a text from what a disk has made of it: FNV-1a twice, with two primes. Every change of one
 * character gives others. It is made for each session that is read, and is no secret's digest: nobody is to be deceived by it.
 */
export function checksum(text: string): string {
  let [one, other] = [0x811c9dc5, 0x811c9dc5];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ code, 0x01000197);
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/**
 * 18 hexadecimal digits that nobody else has, for a file in a directory of ours. It need not be hard to guess, as nothing is
 * written through a name that is there; and Node's crypto, which would be harder to guess, takes it as long to load as a hit.
 */
export function randomName(): string {
  const nine = (): string =>
    Math.floor(Math.random() * 16 ** 9)
      .toString(16)
      .padStart(9, "0");
  return nine() + nine();
}
