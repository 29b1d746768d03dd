import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { State } from "./accounts.ts";
import type { Settings } from "./caller.ts";
import type { Call } from "./calls.ts";
import { handleControl } from "./control.ts";
import { type Fault, FaultQueue } from "./faults.ts";
import { FIXTURE, type Fixture, loadFixture } from "./fixture.ts";
import { handleApi, type World } from "./handler.ts";
import { type CodeSource, codeFor, counterAt, currentCounter, usableCounter } from "./totp.ts";
import { readRequest } from "./wire.ts";

/** How to start. */
export interface FakeAwsOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  port?: number;
  settings?: Partial<Settings>;
  /** Opens `/_fake/…` to requests that carry it in `x-fake-aws-control`. */
  controlSecret?: string;
  /** This machine's clock, for tests that move it. */
  now?: () => number;
}

/** A running fake. */
export interface FakeAws {
  /** `http://127.0.0.1:PORT`, for STS and IAM alike. */
  url: string;
  port: number;
  fixture: Fixture;
  /** Users, keys, devices, roles and sessions; change them at any time. */
  state: State;
  /** Clock offset, session lifetime, token length, page size; change them at any time. */
  settings: Settings;
  /** Calls in the order they arrived, of one action or all; one still under way has code "" or its fault's kind. */
  calls(action?: string): Call[];
  count(action: string): number;
  clearCalls(): void;
  /** Lays a fault over the next `times` calls of an action (default 1; Infinity: until cleared). */
  fault(action: string, fault: Fault, times?: number): void;
  clearFaults(): void;
  /**
   * A code STS takes now and has not taken before: the current one, or the next step's when the current one is spent.
   * Throws when that is spent too: wait, or use `freshCode`. Devices go by the server's clock; the default is jane's.
   */
  code(serial?: string): string;
  /** Like `code`, but never fails: when both are spent, the device skips ahead. What was spent stays spent. */
  freshCode(serial?: string): string;
  /** The code a device shows at a moment (milliseconds), spent or not. */
  codeAt(ms: number, serial?: string): string;
  /** Every code that `code` and `freshCode` gave since the record of calls was cleared. */
  codesGiven(): readonly string[];
  /** Makes spent codes usable again: the one way around "once only". */
  forgetCodes(serial?: string): void;
  close(): Promise<void>;
}

/** Starts a fake AWS with the fixture in it. */
export async function startFakeAws(options: FakeAwsOptions = {}): Promise<FakeAws> {
  const state = new State();
  loadFixture(state);
  const settings: Settings = {
    clockOffsetSeconds: 0,
    sessionLifetimeSeconds: undefined,
    tokenLength: 412,
    pageSize: 100,
    ...options.settings,
  };
  const faults = new FaultQueue();
  let record: Call[] = [];
  let given: string[] = [];
  const hostNow = options.now ?? Date.now;
  const nowMs = () => hostNow() + settings.clockOffsetSeconds * 1000;
  const world: World = { state, settings, faults, hostNow, record: (call) => void record.push(call) };

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = await readRequest(req);
    const secret = options.controlSecret;
    if (secret !== undefined && handleControl(request, res, secret, fake)) return;
    await handleApi(world, request, req, res);
  }
  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      // A bug of the fake must not look like one of AWS's own refusals.
      if (!res.headersSent) res.writeHead(599, { "Content-Type": "text/plain" });
      res.end(error instanceof Error ? `fake-aws: ${error.stack}` : "fake-aws failed");
    });
  });
  // A pause in a test must not race with the server closing an idle connection.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;

  const codesOf = (serial: string = FIXTURE.jane.devices.phone.serial): CodeSource => {
    const { codes } = state.device(serial);
    if (!codes) throw new Error(`${serial} makes no codes`);
    return codes;
  };
  const fake: FakeAws = {
    url: `http://127.0.0.1:${port}`,
    port,
    fixture: FIXTURE,
    state,
    settings,
    calls: (action) => record.filter((call) => action === undefined || call.action === action),
    count: (action) => record.filter((call) => call.action === action).length,
    clearCalls: () => {
      record = [];
      given = [];
    },
    fault: (action, fault, times) => faults.add(action, fault, times),
    clearFaults: () => faults.clear(),
    code: (serial) => {
      const codes = codesOf(serial);
      const counter = usableCounter(codes, nowMs());
      if (counter === undefined) throw new Error("this code and the next are spent: wait, or take a freshCode()");
      given.push(codeFor(codes.secret, counter));
      return given.at(-1) as string;
    },
    freshCode: (serial) => {
      const codes = codesOf(serial);
      if (usableCounter(codes, nowMs()) === undefined) codes.stepsAhead = codes.lastCounter + 1 - counterAt(nowMs());
      return fake.code(serial);
    },
    codesGiven: () => given,
    codeAt: (ms, serial) => codeFor(codesOf(serial).secret, currentCounter(codesOf(serial), ms)),
    forgetCodes: (serial) => {
      for (const device of state.devices)
        if (device.codes && (serial === undefined || device.serial === serial)) device.codes.lastCounter = -1;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
