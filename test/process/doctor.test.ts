/** `askonce doctor` as a whole: against the fake AWS, on real files, with each failure planted. */

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DoctorReport } from "../../src/doctor/report.ts";
import { doctor, report, signIn, textOf, troubles, withSoundHomes } from "../support/doctor.ts";
import { aws, home } from "../support/fresh-homes.ts";
import { needs } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

withSoundHomes();

describe("a home where all is well", () => {
  it("has nothing wrong, and nobody is asked, nothing made", async () => {
    const found = await report();
    expect(troubles(found)).toEqual([]);
    expect(found).toMatchObject({ version: 1, ok: true, profiles: ["work-keys"], fixed: [] });
    expect(aws.count("GetSessionToken") + aws.count("AssumeRole")).toBe(0);
    expect(readdirSync(home.path)).not.toContain(".cache");
  });

  it("is told in lines for people, with the last one for what it comes to", async () => {
    const { stdout, status } = await doctor(["work"]);
    expect(stdout).toContain("✓ keys          work leads to work-keys: …JANE in ~/.aws/credentials\n");
    expect(stdout).toContain("✓ device        jane-phone, an authenticator app (TOTP), enabled 2024-01-15\n");
    expect(stdout).toMatch(/\nNothing is wrong[^\n]*\.\n$/);
    expect(stdout).not.toContain("\u001b");
    expect(status).toBe(0);
  });

  it("has the JSON whose form is stable", async () => {
    const found = await report(["work-keys"]);
    expect(Object.keys(found)).toEqual(["version", "ok", "profiles", "fixed", "findings"]);
    for (const finding of found.findings)
      expect(Object.keys(finding)).toEqual(["check", "state", "title", "text", "cure", "fixable", "profile"]);
    expect(found.findings.map(({ check }) => check)).toEqual([
      ...["files", "environment", "program", "cache", "keys", "shadowing", "command", "settings", "prompt"],
      ...["network", "clock", "identity", "device", "policy", "key-age"],
    ]);
  });

  it("tells the key's age by the session, once there is one", async () => {
    expect(textOf(await report(), "key-age")).toMatch(/sign in/);
    await signIn();
    aws.clearCalls();
    const found = await report();
    expect(textOf(found, "key-age")).toMatch(/^…JANE is \d+ days old/);
    expect(textOf(found, "cache")).toBe("~/.cache/askonce: 1 session");
    expect(aws.count("GetSessionToken")).toBe(0);
  });

  it("asks nobody with --offline", async () => {
    const found = await report(["--offline"]);
    expect(troubles(found)).toEqual([]);
    expect(found.findings.some(({ check }) => check === "network")).toBe(false);
    expect(aws.calls()).toEqual([]);
  });

  it("keeps what belongs to one of several profiles together", async () => {
    home.configure("", `[profile mia-work]\ncredential_process = ${home.askonce} get mia\n`);
    const { stdout } = await doctor();
    expect(stdout).toMatch(/\nmia\n✓ keys .*2 devices.*\nwork-keys\n✓ keys .*jane-phone/s);
    expect((await report()).profiles).toEqual(["mia", "work-keys"]);
  });
});

it("tells of each calling profile once, with the profile it asks for", async () => {
  const role = `role_arn = ${aws.fixture.roles.admin}\nsource_profile = work-keys\n`;
  home.configure(
    "",
    `[profile top]\n${role}[profile boss]\ncredential_process = ${home.askonce} get top\nmfa_serial = x\n`,
  );
  const found = await report(["--offline"]);
  expect(found.profiles).toEqual(["top", "work-keys"]);
  const lines = found.findings.filter(({ check }) => check === "command" || check === "shadowing");
  expect(lines.map(({ profile, text }) => `${profile}: ${text.match(/\[[^\]]*\]/)?.[0]}`)).toEqual([
    "top: [profile boss]",
    "top: [boss]",
    "work-keys: [work]",
    "work-keys: [work]",
  ]);
});

describe("a network that is silent", () => {
  it("costs ten seconds for all profiles together", async () => {
    home.configure("", `[profile mia-work]\ncredential_process = ${home.askonce} get mia\n`);
    aws.fault("*", { kind: "silence" }, Number.POSITIVE_INFINITY);
    const startedMs = performance.now();
    const found = await report();
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    expect(troubles(found).filter((one) => one === "network: fail")).toHaveLength(2);
    expect(textOf(found, "network")).toMatch(/did not answer in 10 s|TimeoutError/);
  });

  it("is told from one that refuses, and from a name that is not there", async () => {
    const refusing = createServer().listen(0, "127.0.0.1");
    await once(refusing, "listening");
    const { port } = refusing.address() as { port: number };
    await new Promise((resolve) => refusing.close(resolve));
    const found = await report([], { env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` } });
    expect(textOf(found, "network")).toMatch(/ECONNREFUSED/);
    expect(troubles(found)).toContain("network: fail");
  });
});

it("says of another user's files that they are not ours", async (context) => {
  needs(context, process.getuid?.() === 0, "to be root");
  chmodSync(home.path, 0o755);
  chmodSync(join(home.path, ".aws/credentials"), 0o640);
  execFileSync("chown", ["-R", "65534:65534", join(home.path, ".aws")]);
  execFileSync("chown", ["1:65534", join(home.path, ".aws/credentials")]);
  const run = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath];
  const script = (
    await home.command("readlink", ["-f", join(import.meta.dirname, "../../dist/askonce.cjs")])
  ).stdout.trim();
  const outcome = await home.command("setpriv", [...run, script, "doctor", "work-keys", "--json", "--offline"]);
  const found = JSON.parse(outcome.stdout) as DoctorReport;
  expect(textOf(found, "files")).toMatch(/credentials belongs to another user/);
  expect(textOf(found, "cache")).toMatch(/belongs to another user \(0\)/);
  expect(outcome.status).toBe(1);
});

it("says which session is another user's, and where nothing can be written", async (context) => {
  needs(context, process.getuid?.() === 0, "to be root");
  await signIn();
  const [session = ""] = readdirSync(join(home.cache, "sessions"));
  execFileSync("chown", ["65534", join(home.cache, "sessions", session)]);
  expect((await home.run(["get", "work-keys", "--no-prompt"])).status).toBe(3);
  expect(textOf(await report(["--offline"]), "cache")).toBe(
    `~/.cache/askonce/sessions/${session} belongs to another user: calls for its session are refused -> rm ${home.cache}/sessions/${session}`,
  );
  // Root may write everywhere.
  execFileSync("chown", ["-R", "65534:65534", home.path]);
  chmodSync(join(home.cache, "locks"), 0o500);
  const script = execFileSync("readlink", ["-f", join(import.meta.dirname, "../../dist/askonce.cjs")], {
    encoding: "utf8",
  });
  const run = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, script.trim()];
  const outcome = await home.command("setpriv", [...run, "doctor", "work-keys", "--json", "--offline"]);
  expect(textOf(JSON.parse(outcome.stdout) as DoctorReport, "cache")).toMatch(
    /^no session is kept, each call asks again: nothing can be written in ~\/\.cache\/askonce\/locks/,
  );
});

describe("on a terminal", () => {
  it.each([80, 40])("of %i columns no line is longer, and colour is on the marks alone", async (columns) => {
    home.configure("mfa_procces = x\nmfa_serial = arn:aws:iam::123456789012:mfa/mia-phone");
    const pty = home.onPty(["doctor"], { cols: columns, rows: 60 });
    await waitUntil(
      () => /wrong: .*\n/s.test(pty.output()),
      () => pty.output(),
    );
    // What is between colours, and what was drawn over meanwhile.
    const parts = pty.output().split("\u001b[");
    const text = parts.map((part, index) => (index === 0 ? part : part.replace(/^[\d;]*[A-Za-z]/, ""))).join("");
    const lines = text.split(/\r?\n/).map((line) => line.split("\r").at(-1) ?? "");
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
    expect(text).toMatch(/✗ device/);
    expect(text).toMatch(/here: this terminal/);
    const coloured = parts.filter((part) => /^3\dm/.test(part)).map((part) => part.slice(3));
    expect(new Set(coloured)).toEqual(new Set(["✓", "!", "✗"]));
  });
});
