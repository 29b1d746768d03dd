/** Servers that never finish: one answers a byte a second, one accepts no connection, and a name server says nothing. */

import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Home } from "./askonce.ts";

export interface UnresponsiveServer {
  readonly url: string;
  /** True once a client waits for it. */
  isReached(): boolean;
  close(): void;
}

/** An answer that comes one byte a second, for ever. */
export async function drippingServer(): Promise<UnresponsiveServer> {
  let isReached = false;
  const server = createServer((_, response) => {
    isReached = true;
    response.writeHead(200, { "Content-Type": "text/xml", Date: new Date().toUTCString() });
    const timer = setInterval(() => response.write("<"), 1_000);
    response.on("close", () => clearInterval(timer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isReached: () => isReached,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A port whose queue of connections is full: the next ones are neither taken nor refused. Linux drops them. */
export async function fullServer(): Promise<UnresponsiveServer> {
  const script = `const s = require("net").createServer().listen({port: 0, host: "127.0.0.1", backlog: 1}, () => {
    process.stdout.write(String(s.address().port) + "\\n", () => process.kill(process.pid, "SIGSTOP"));
  });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(child.stdout, "data");
  const port = Number(String(line));
  const fillers = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  await new Promise((resolve) => setTimeout(resolve, 300));
  return {
    url: `http://127.0.0.1:${port}`,
    isReached: () => fillers.some((one) => one.connecting),
    close() {
      for (const one of fillers) one.destroy();
      child.kill("SIGKILL");
    },
  };
}

/** A name server that says nothing. Each has an address of its own in 127/8, since resolv.conf knows no ports. */
export async function silentNameServer(): Promise<UnresponsiveServer & { readonly address: string }> {
  let isReached = false;
  const address = `127.${random()}.${random()}.${random()}`;
  const socket = createSocket("udp4", () => {
    isReached = true;
  });
  socket.bind(53, address);
  await once(socket, "listening");
  return { url: "http://sts.example.com", address, isReached: () => isReached, close: () => void socket.close() };
}

/** A command line that runs another one where that server is the only one there is. */
export function withNameServer(home: Home, address: string): string[] {
  const file = home.write("resolv.conf", `nameserver ${address}\noptions timeout:30\n`, 0o644);
  return ["unshare", "--mount", "sh", "-c", `mount --bind ${file} /etc/resolv.conf && exec "$@"`, "sh"];
}

/** Whether this user may make mount namespaces and take port 53. */
export function mayReplaceNameServer(): boolean {
  return process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;
}

function random(): number {
  return 1 + Math.floor(Math.random() * 253);
}
