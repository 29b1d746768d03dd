import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { State } from "./accounts.ts";
import { AwsError } from "./aws-error.ts";
import type { Settings } from "./caller.ts";
import { type Call, shownParams } from "./calls.ts";
import { type FaultQueue, faultMessage } from "./faults.ts";
import { IAM_ACTIONS } from "./iam.ts";
import { authenticate, type Signer } from "./sigv4.ts";
import { STS_ACTIONS } from "./sts.ts";
import { claimedScope, paramsOf, type WireRequest } from "./wire.ts";
import { errorXml, SERVICES, type ServiceName, successXml } from "./xml.ts";

/** What handling a request works with. */
export interface World {
  state: State;
  settings: Settings;
  faults: FaultQueue;
  record(call: Call): void;
  /** This machine's clock. */
  hostNow(): number;
}

type Params = Record<string, string>;

function serverNow(world: World): number {
  return world.hostNow() + world.settings.clockOffsetSeconds * 1000;
}

function runAction(world: World, request: WireRequest, signer: Signer, params: Params, requestId: string): string {
  const { service } = signer;
  const { Action: action = "", Version: version = "NO_VERSION_SPECIFIED" } = params;
  const run = (service === "iam" ? IAM_ACTIONS : STS_ACTIONS)[action];
  if (request.path !== "/") throw new AwsError(404, "InvalidAction", `No such path: ${request.path}`);
  if (request.method !== "POST" && !(request.method === "GET" && service === "sts"))
    throw new AwsError(405, "InvalidAction", `${request.method} is not supported`);
  if (action === "") throw new AwsError(400, "MissingAction", "Missing Action");
  if (!run || version !== SERVICES[service].version)
    throw new AwsError(400, "InvalidAction", `Could not find operation ${action} for version ${version}`);
  const { state, settings } = world;
  const result = run({ ...signer, state, settings, action, params, nowMs: serverNow(world), requestId });
  return successXml(service, action, result, requestId);
}

interface Answer {
  status: number;
  code: string;
  body: string;
}

async function answer(world: World, request: WireRequest, service: ServiceName, requestId: string): Promise<Answer> {
  try {
    const signer = await authenticate(request, world.state, serverNow(world));
    return { status: 200, code: "OK", body: runAction(world, request, signer, paramsOf(request), requestId) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { status: error.status, code: error.code, body: errorXml(service, error, requestId) };
  }
}

/** Writes until nobody listens any more; what has not been taken is waited for. */
function pour(res: ServerResponse, bytes: number, everyMs: number): void {
  const next = (): void => {
    if (res.destroyed) return;
    const more = (): void => void setTimeout(next, everyMs).unref();
    if (res.write(" ".repeat(bytes))) more();
    else res.once("drain", more);
  };
  next();
}

/** Answers one request to STS or IAM, through the fault that is due for it. */
export async function handleApi(
  world: World,
  request: WireRequest,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const params = paramsOf(request);
  const action = params.Action ?? "";
  const scope = claimedScope(request);
  const fallback = action in IAM_ACTIONS ? "iam" : "sts";
  const service: ServiceName = scope.service === "iam" || scope.service === "sts" ? scope.service : fallback;
  const fault = world.faults.take(action);
  const call: Call = {
    timeMs: world.hostNow(),
    action,
    ...scope,
    service,
    status: 0,
    code: fault?.kind ?? "",
    ...(fault ? { fault: fault.kind } : {}),
    params: shownParams(params),
    userAgent: request.headers["user-agent"] ?? "",
  };
  world.record(call);
  const send = (status: number, body: string, contentType = "text/xml") => {
    res.writeHead(status, {
      "x-amzn-RequestId": requestId,
      "Content-Type": contentType,
      "Content-Length": Buffer.byteLength(body),
      Date: new Date(serverNow(world)).toUTCString(),
    });
    return res;
  };

  if (fault?.delayMs) await sleep(fault.delayMs, undefined, { ref: false });
  if (fault?.kind === "reset" && fault.when === "before") return void req.socket.resetAndDestroy();
  if (fault?.kind === "silence" && fault.when !== "after") return;
  if (fault?.kind === "error") {
    Object.assign(call, { status: fault.status, code: fault.code });
    const error = { status: fault.status, code: fault.code, message: faultMessage(fault) };
    const body = errorXml(service, error, requestId);
    return void send(fault.status, body).end(body);
  }
  const { status, code, body } = await answer(world, request, service, requestId);
  Object.assign(call, { status, code });
  switch (fault?.kind) {
    case "reset":
      return void req.socket.resetAndDestroy();
    case "silence":
      return;
    case "body":
      return void send(fault.status ?? 200, fault.body, fault.contentType).end(fault.body);
    case "endless":
      return pour(res.writeHead(status, { "Content-Type": "text/xml" }), fault.bytes, fault.everyMs);
    case "half-body":
      return void send(status, body).write(body.slice(0, body.length / 2), () => req.socket.destroy());
    case "content-type":
      return void send(status, body, fault.contentType).end(body);
    default:
      return void send(status, body).end(body);
  }
}
