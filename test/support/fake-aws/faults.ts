/** When a connection breaks: before the request is looked at, or after it has had its effect. */
export type Moment = "before" | "after";

/** Something that goes wrong. All may wait `delayMs` first. */
export type Fault = { delayMs?: number } & (
  | { kind: "delay" }
  /** An AWS error instead of the action. */
  | { kind: "error"; status: number; code: string; message?: string }
  /** The connection is reset; "after" means that a code was spent and a session made, and the answer lost. */
  | { kind: "reset"; when: Moment }
  /** The action runs, half of the answer comes, the connection ends. */
  | { kind: "half-body" }
  /** The action runs and this comes in place of its answer. */
  | { kind: "body"; status?: number; contentType?: string; body: string }
  /** The action runs and its answer comes under another content type. */
  | { kind: "content-type"; contentType: string }
  /** The action runs, and a body without an end comes: so many bytes, again and again after a pause. */
  | { kind: "endless"; bytes: number; everyMs: number }
  /** No answer ever; `when` defaults to "before". */
  | { kind: "silence"; when?: Moment }
);

/** Ready-made faults by what they are called. */
export const FAULTS = {
  internalFailure: { kind: "error", status: 500, code: "InternalFailure" },
  serviceUnavailable: { kind: "error", status: 503, code: "ServiceUnavailable" },
  throttling: { kind: "error", status: 400, code: "Throttling" },
  resetBefore: { kind: "reset", when: "before" },
  resetAfter: { kind: "reset", when: "after" },
  halfBody: { kind: "half-body" },
  garbage: { kind: "body", body: "\u0000\u0001 not < xml & not json" },
  empty: { kind: "body", body: "" },
  html: {
    kind: "body",
    contentType: "text/html",
    body: "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body><p>Accept & go on</body></html>",
  },
  redirect: { kind: "body", status: 302, contentType: "text/html", body: "<html>Moved</html>" },
  otherXml: { kind: "body", body: "<Envelope><Body>no credentials</Body></Envelope>" },
  json: { kind: "body", contentType: "application/json", body: '{"Credentials":{"AccessKeyId":"ASIAFAKE"}}' },
  huge: { kind: "endless", bytes: 65_536, everyMs: 0 },
  dripping: { kind: "endless", bytes: 1, everyMs: 50 },
  wrongContentType: { kind: "content-type", contentType: "application/octet-stream" },
  silence: { kind: "silence" },
  silenceAfter: { kind: "silence", when: "after" },
} as const satisfies Record<string, Fault>;

const MESSAGES: Record<string, string> = {
  InternalFailure: "The request processing has failed because of an unknown error, exception or failure.",
  ServiceUnavailable: "The request has failed due to a temporary failure of the server.",
  Throttling: "Rate exceeded",
};

/** AWS's words for an error a fault names by its code only. */
export function faultMessage(fault: { code: string; message?: string }): string {
  return fault.message ?? MESSAGES[fault.code] ?? fault.code;
}

/** Faults waiting for their calls, in the order they were set. */
export class FaultQueue {
  private entries: { action: string; fault: Fault; left: number }[] = [];

  /** Adds a fault for the next `times` calls of an action ("*" is any); Infinity stays until cleared. */
  add(action: string, fault: Fault, times = 1): void {
    this.entries.push({ action, fault, left: times });
  }

  /** Takes the fault due for a call, if any. */
  take(action: string): Fault | undefined {
    const entry = this.entries.find((candidate) => candidate.action === "*" || candidate.action === action);
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.entries = this.entries.filter((candidate) => candidate !== entry);
    return entry.fault;
  }

  /** Forgets all. */
  clear(): void {
    this.entries = [];
  }
}
