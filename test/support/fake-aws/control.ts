import { createHash, timingSafeEqual } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { RevokedAs } from "./accounts.ts";
import type { Settings } from "./caller.ts";
import { FAULTS, type Fault } from "./faults.ts";
import type { FakeAws } from "./server.ts";
import type { WireRequest } from "./wire.ts";

/** Header that carries the control secret. */
export const CONTROL_HEADER = "x-fake-aws-control";

/** A change to the state, as `POST /_fake/state` takes it. */
export type Change =
  | ({ op: "settings" } & Partial<Settings>)
  | { op: "revoke"; accessKeyId: string; as?: RevokedAs }
  | { op: "delete-key" | "activate-key" | "deactivate-key"; accessKeyId: string }
  | { op: "add-device"; user: string; serial: string; secret?: string }
  | { op: "remove-device"; serial: string }
  | { op: "forget-codes"; serial?: string };

/** Body of `POST /_fake/fault`: a fault, or the name of a ready-made one. */
export interface FaultRequest {
  action?: string;
  fault: Fault | keyof typeof FAULTS;
  times?: number | "always";
}

function apply(fake: FakeAws, change: Change): void {
  const { state } = fake;
  if (change.op === "settings") {
    const { op: _, ...settings } = change;
    Object.assign(fake.settings, settings);
  } else if (change.op === "revoke") state.revoke(change.accessKeyId, change.as);
  else if (change.op === "delete-key") state.deleteKey(change.accessKeyId);
  else if (change.op === "activate-key") state.setKeyActive(change.accessKeyId, true);
  else if (change.op === "deactivate-key") state.setKeyActive(change.accessKeyId, false);
  else if (change.op === "add-device") state.addDevice(state.user(change.user), change.serial, change.secret);
  else if (change.op === "remove-device") state.removeDevice(change.serial);
  else if (change.op === "forget-codes") fake.forgetCodes(change.serial);
  else throw new Error(`no such op: ${JSON.stringify(change)}`);
}

function view(fake: FakeAws): unknown {
  return {
    settings: fake.settings,
    devices: fake.state.devices.map(({ serial, user, codes }) => ({
      serial,
      user: user.name,
      lastCounter: codes?.lastCounter,
    })),
    sessions: fake.state.sessions().map((session) => ({
      accessKeyId: session.accessKeyId,
      kind: session.kind,
      mfa: session.kind === "session" && session.mfaAtMs !== undefined,
      expiresAtMs: session.expiresAtMs,
      ...(session.kind === "role" ? { role: session.role.arn, name: session.name } : { user: session.user.name }),
    })),
  };
}

function act(fake: FakeAws, request: WireRequest): unknown {
  const { method, path, query } = request;
  const body = () => JSON.parse(request.body.toString("utf8"));
  const only = (name: string) => (typeof query[name] === "string" ? query[name] : undefined);
  switch (`${method} ${path}`) {
    case "GET /_fake/code":
      return { code: only("fresh") === undefined ? fake.code(only("device")) : fake.freshCode(only("device")) };
    case "GET /_fake/calls":
      return fake.calls(only("action"));
    case "DELETE /_fake/calls":
      return fake.clearCalls();
    case "POST /_fake/fault": {
      const { action = "*", fault, times } = body() as FaultRequest;
      const chosen = typeof fault === "string" ? FAULTS[fault] : fault;
      if (chosen === undefined) throw new Error(`no such fault: ${String(fault)}`);
      return fake.fault(action, chosen, times === "always" ? Number.POSITIVE_INFINITY : times);
    }
    case "DELETE /_fake/fault":
      return fake.clearFaults();
    case "GET /_fake/state":
      return view(fake);
    case "POST /_fake/state":
      return apply(fake, body() as Change);
    default:
      throw new Error(`no such control: ${method} ${path}`);
  }
}

/** Answers a control request; false leaves it to the services, which do not know such a path. */
export function handleControl(request: WireRequest, res: ServerResponse, secret: string, fake: FakeAws): boolean {
  if (!request.path.startsWith("/_fake/")) return false;
  const digest = (value: string) => createHash("sha256").update(value).digest();
  if (!timingSafeEqual(digest(request.headers[CONTROL_HEADER] ?? ""), digest(secret))) return false;
  let status = 200;
  let answer: unknown;
  try {
    answer = act(fake, request) ?? { ok: true };
  } catch (error) {
    status = 409;
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  res.writeHead(status, { "Content-Type": "application/json" });
  res.end(`${JSON.stringify(answer)}\n`);
  return true;
}
