import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { readBody } from "../../../src/aws/answer-body.ts";

const MIB = 1024 * 1024;
const TIME_ENOUGH_MS = 20_000;

/** The answer of a server, as the program gets it. */
async function answered(answer: (response: ServerResponse) => void): Promise<IncomingMessage> {
  const server = createServer((_, response) => answer(response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const request = get({ port: (server.address() as AddressInfo).port, agent: false });
  const [message] = await once(request, "response");
  // It is told of the end of the answer too.
  request.on("error", () => {});
  return message as IncomingMessage;
}

test("a body is read to its end, however it comes", async () => {
  const text = "é".repeat(30_000);
  const whole = Buffer.from(text);
  const pieces = [whole.subarray(0, 1), whole.subarray(1, 20_001), whole.subarray(20_001)];
  expect(Buffer.from(await readBody(Readable.from(pieces), 200, TIME_ENOUGH_MS)).toString()).toBe(text);
  const body = await answered((response) => response.end(text));
  expect(Buffer.from(await readBody(body, 200, TIME_ENOUGH_MS)).toString()).toBe(text);
});

test("a body of a megabyte is taken, and no byte more", async () => {
  const body = (bytes: number) => Readable.from([Buffer.alloc(MIB - 1), Buffer.alloc(bytes - MIB + 1)]);
  expect(await readBody(body(MIB), 200, TIME_ENOUGH_MS)).toHaveLength(MIB);
  await expect(readBody(body(MIB + 1), 503, TIME_ENOUGH_MS)).rejects.toMatchObject({
    $metadata: { httpStatusCode: 503 },
  });
});

test("of a body without an end no more is read than that, and the connection is closed", async () => {
  let taken = 0;
  const body = await answered((response) => {
    const pour = (): void => {
      if (response.write(Buffer.alloc(65_536))) setImmediate(pour);
      else response.once("drain", pour);
    };
    pour();
  });
  const push = body.push.bind(body);
  body.push = (chunk, ...rest) => {
    taken += chunk?.length ?? 0;
    return push(chunk, ...rest);
  };
  await expect(readBody(body, 200, TIME_ENOUGH_MS)).rejects.toThrow("too large");
  expect(taken).toBeLessThan(2 * MIB);
  expect(body.destroyed).toBe(true);
});

test("a body that drips ends with the time there is", async () => {
  const body = await answered((response) => {
    const timer = setInterval(() => response.write("x"), 10);
    response.on("close", () => clearInterval(timer));
  });
  const startedMs = performance.now();
  await expect(readBody(body, 200, 300)).rejects.toMatchObject({ name: "TimeoutError" });
  expect(performance.now() - startedMs).toBeGreaterThan(250);
  expect(body.destroyed).toBe(true);
});

test("a connection that breaks is told as such", async () => {
  const body = await answered((response) => {
    response.writeHead(200, { "Content-Length": 100 });
    response.write("half", () => response.destroy());
  });
  await expect(readBody(body, 200, TIME_ENOUGH_MS)).rejects.toMatchObject({ code: "ECONNRESET" });
});
