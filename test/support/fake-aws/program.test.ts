import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { bundleFakeAws } from "../../../scripts/fake-aws.mjs";
import { keysOf, refusal, sts } from "./clients.ts";
import { CONTROL_HEADER } from "./control.ts";
import { FIXTURE, type Fixture } from "./fixture.ts";
import { startFakeAws } from "./server.ts";

interface Hello {
  url: string;
  port: number;
  controlHeader: string;
  fixture: Fixture;
}

// Starting Node takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let directory: string;
let program: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "fake-aws-"));
  program = join(directory, "fake-aws.mjs");
  await bundleFakeAws("main.ts", program);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rm(directory, { recursive: true }));

async function start(...args: string[]): Promise<{ child: ChildProcess; hello: Hello; gone: Promise<unknown[]> }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const gone = once(child, "exit");
  if (!child.stdout) throw new Error("no stdout");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, hello: JSON.parse(line) as Hello, gone };
}

async function control(url: string, secret: string, method: string, path: string, body?: unknown) {
  const headers = { [CONTROL_HEADER]: secret };
  const answer = await fetch(`${url}/_fake/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

it("says where it is and what is in it, and ends when its stdin does", async () => {
  const { child, hello, gone } = await start();
  expect(hello.url).toBe(`http://127.0.0.1:${hello.port}`);
  expect(hello.fixture).toEqual(FIXTURE);
  await sts(hello.url, hello.fixture.jane).send(new GetSessionTokenCommand({}));
  expect((await control(hello.url, "", "GET", "calls")).status).toBe(403);
  child.stdin?.end();
  expect(await gone).toEqual([0, null]);
});

it("ends on SIGTERM, also with a silent call open", async () => {
  const file = join(directory, "secret");
  await writeFile(file, "of our own choice\n");
  const { child, hello, gone } = await start("--control", file);
  await control(hello.url, "of our own choice", "POST", "fault", { fault: { kind: "silence" }, times: "always" });
  const call = refusal(sts(hello.url, hello.fixture.jane).send(new GetSessionTokenCommand({})));
  await expect.poll(() => control(hello.url, "of our own choice", "GET", "calls")).toMatchObject({ text: /Get/ });
  child.kill("SIGTERM");
  expect(await gone).toEqual([0, null]);
  await call;
});

it("is steered over HTTP by who has read its secret file", async () => {
  const file = join(directory, "made");
  const { hello } = await start("--control", file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const secret = (await readFile(file, "utf8")).trim();
  expect(hello.controlHeader).toBe(CONTROL_HEADER);
  const ask = (method: string, path: string, body?: unknown) => control(hello.url, secret, method, path, body);
  const { jane } = hello.fixture;
  const login = async () => {
    const { code } = JSON.parse((await ask("GET", "code?fresh=1")).text) as { code: string };
    const input = { SerialNumber: jane.devices.phone.serial, TokenCode: code };
    return sts(hello.url, jane).send(new GetSessionTokenCommand(input));
  };

  await ask("POST", "state", { op: "settings", sessionLifetimeSeconds: 70 });
  const { Credentials } = await login();
  expect((Credentials?.Expiration?.getTime() ?? 0) - Date.now()).toBeLessThan(71_000);
  const { accessKeyId } = keysOf(Credentials);
  const calls = JSON.parse((await ask("GET", "calls?action=GetSessionToken")).text);
  expect(calls).toMatchObject([{ accessKeyId: jane.accessKeyId, code: "OK" }]);
  const { text } = await ask("GET", "state");
  expect(JSON.parse(text)).toMatchObject({ sessions: [{ accessKeyId, mfa: true, user: "jane" }] });
  for (const hidden of [jane.secretAccessKey, jane.devices.phone.secret, keysOf(Credentials).sessionToken])
    expect(text).not.toContain(hidden);

  await ask("POST", "fault", { action: "GetSessionToken", fault: "throttling" });
  expect(await refusal(login())).toMatchObject({ code: "Throttling", message: "Rate exceeded" });
  await ask("POST", "state", { op: "revoke", accessKeyId });
  await ask("POST", "state", { op: "remove-device", serial: jane.devices.phone.serial });
  expect((await ask("GET", "code")).status).toBe(409);
  await ask("POST", "state", { op: "add-device", user: "jane", ...jane.devices.phone });
  await login();
  await ask("POST", "state", { op: "deactivate-key", accessKeyId: jane.accessKeyId });
  expect(await refusal(sts(hello.url, jane).send(new GetSessionTokenCommand({})))).toMatchObject({
    code: "InvalidClientTokenId",
  });
  await ask("POST", "state", { op: "activate-key", accessKeyId: jane.accessKeyId });
  await login();
  expect((await ask("POST", "state", { op: "nonsense" })).status).toBe(409);
});

it("has no control without the secret", async () => {
  const open = await startFakeAws({ controlSecret: "right" });
  const closed = await startFakeAws();
  expect((await control(open.url, "right", "GET", "calls")).status).toBe(200);
  expect((await control(open.url, "wrong", "GET", "calls")).status).toBe(403);
  expect((await control(open.url, "", "GET", "code")).text).not.toMatch(/\d{6}"/);
  expect((await control(closed.url, "right", "GET", "calls")).status).toBe(403);
  await Promise.all([open.close(), closed.close()]);
});
