/** How far off the clock of an endpoint is from ours: what was learnt before, and what each exchange tells anew. */

/** Server clock minus local clock, by endpoint. Neither of its steps throws. */
export interface Clocks {
  /** 0 where nothing is known. */
  offsetMs(endpoint: string): number;
  keep(endpoint: string, offsetMs: number): void;
}

/** The endpoint whose clock is meant: an address of its own, or AWS, whose clocks all go right. */
export function endpointWithClock(url: string | undefined): string {
  return url ?? "AWS";
}

/** From the Date header, which has whole seconds: an offset within that and the way there and back is no offset. undefined where it tells nothing. */
export function offsetByDate(date: string | undefined, sentAtMs: number, receivedAtMs: number): number | undefined {
  const serverMs = Date.parse(date ?? "");
  if (!Number.isFinite(serverMs)) return undefined;
  if (serverMs + 1_000 < sentAtMs) return serverMs + 1_000 - sentAtMs;
  if (serverMs > receivedAtMs) return serverMs - receivedAtMs;
  return 0;
}
