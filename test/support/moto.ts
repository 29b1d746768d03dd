/** A moto server, which plays AWS and checks neither codes nor signatures, behind a proxy that counts what it is asked. */

import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readRequest } from "./fake-aws/wire.ts";

export interface Moto {
  /** `http://127.0.0.1:PORT` of the proxy. */
  readonly url: string;
  /** Of moto itself. */
  readonly target: string;
  /** The actions called since `forget`, in order. */
  calls(): string[];
  /** Forgets the calls, and all users, devices and sessions. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The user whose device is looked for. */
export const USER = "jane";

/** Starts `moto_server` on a free port of 127.0.0.1. Throws when it ends or says nothing for half a minute. */
export async function startMoto(): Promise<Moto> {
  const child = spawn("moto_server", ["-H", "127.0.0.1", "-p", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  const target = await addressOf(child);
  let calls: string[] = [];

  async function pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = await readRequest(req);
    const form = new URLSearchParams(request.body.toString("utf8"));
    const action = form.get("Action");
    if (action !== null) calls.push(action);
    // AWS knows whose key it is; moto wants to be told (iam/responses.py, list_mfa_devices).
    if (action === "ListMFADevices" && !form.has("UserName")) form.set("UserName", USER);
    const { "content-type": type = "", authorization = "" } = request.headers;
    const headers = { "content-type": type, authorization };
    const answer = await fetch(target + request.path, { method: "POST", headers, body: form.toString() });
    res.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    res.end(await answer.text());
  }
  const server = createServer((req, res) => {
    pass(req, res).catch((error: unknown) => res.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    calls: () => [...calls],
    async reset() {
      calls = [];
      await fetch(`${target}/moto-api/reset`, { method: "POST" });
    },
    async close() {
      server.close();
      server.closeAllConnections();
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
    },
  };
}

/** Where it says that it listens. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error(`moto_server does not start: ${said}`));
    }, 30_000);
    child.once("error", reject);
    child.once("exit", (status) => reject(new Error(`moto_server ended with ${status}: ${said}`)));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [, address] = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}
