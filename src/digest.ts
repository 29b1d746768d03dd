import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * A name for a file or lock out of values that may hold anything: 40 hexadecimal digits of their SHA-256. A hit needs it, and
 * Node takes longer to load its own crypto than for all else that a hit does.
 */
export function digest(...parts: string[]): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(parts)))).slice(0, 40);
}
