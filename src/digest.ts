import { createHash } from "node:crypto";

/** A name for a file or lock out of values that may hold anything: 40 hexadecimal digits. */
export function digest(...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40);
}
