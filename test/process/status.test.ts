/** What `askonce status` shows of real sessions and of a real question, on terminals and to programs; and that it only looks. */

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StatusReport } from "../../src/commands/status/report.ts";
import { answerOf, PROGRAM } from "../support/askonce.ts";
import { snapshot } from "../support/canaries.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { deadProcess, plant } from "../support/lock-files.ts";
import { needsTool } from "../support/tools.ts";
import { waitUntil } from "../support/waiting.ts";

withFreshHomes(() => {
  home.configure(home.phoneLines());
  home.showCode();
});

async function reported(...words: string[]): Promise<StatusReport> {
  const outcome = await home.run(["status", "--json", ...words]);
  expect([outcome.status, outcome.stderr]).toEqual([0, ""]);
  expect(outcome.stdout).toMatch(/^\{[\x20-\x7e]*\}\n$/);
  return JSON.parse(outcome.stdout);
}

async function shown(...words: string[]): Promise<string> {
  const outcome = await home.run(["status", ...words]);
  expect([outcome.status, outcome.stderr]).toEqual([0, ""]);
  return outcome.stdout;
}

/** Without colours and what moves the cursor. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with one
  return text.replace(/\x1b\[[\d;]*[A-Za-z]|\r/g, "");
}

const sessions = (): string => join(home.cache, "sessions");

describe("to programs it tells", () => {
  it("a session and the role taken with it in the documented shape, without a secret", async () => {
    const role = answerOf(await home.run(["get", "admin"]));
    const session = answerOf(await home.run(["get", "work-keys"]));
    const report = await reported();
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const common = {
      id: expect.stringMatching(/^[0-9a-f]{40}$/),
      inUse: true,
      device: aws.fixture.jane.devices.phone.serial,
      keyEnd: "JANE",
      issuedAt: time,
      expiresAtHere: time,
      state: "fresh",
    };
    expect(report).toEqual({
      version: 1,
      at: time,
      cache: { directory: home.cache, problem: null },
      sessions: [
        {
          ...common,
          kind: "mfa",
          source: null,
          profile: "work-keys",
          calledBy: ["work"],
          account: "123456789012",
          role: null,
          expiresAt: new Date(session.Expiration).toISOString(),
          secondsLeft: expect.any(Number),
          lifetimeSeconds: expect.closeTo(43_200, -1),
          renewsWithoutCode: false,
        },
        {
          ...common,
          kind: "role",
          source: report.sessions[0]?.id,
          profile: "admin",
          calledBy: [],
          account: "210987654321",
          role: aws.fixture.roles.admin,
          expiresAt: new Date(role.Expiration).toISOString(),
          secondsLeft: expect.any(Number),
          lifetimeSeconds: expect.closeTo(3_600, -1),
          renewsWithoutCode: true,
        },
      ],
      withoutSession: [],
      waiting: [],
      working: [],
      problems: [],
    });
    expect(report.sessions[0]?.secondsLeft).toBeGreaterThan(43_100);
    const text = JSON.stringify(report);
    const secrets = [session, role].flatMap((one) => [one.SecretAccessKey, one.SessionToken, one.AccessKeyId]);
    for (const secret of [...secrets, aws.fixture.jane.secretAccessKey, aws.fixture.jane.accessKeyId])
      expect(text).not.toContain(secret);
  });

  it("the time that is left by AWS's clock, which is kept with a session", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const [name = ""] = readdirSync(sessions());
    const stored = JSON.parse(readFileSync(join(sessions(), name), "utf8"));
    const hour = 3_600_000;
    const moved = { issuedAtMs: stored.issuedAtMs + hour, expiresAtMs: stored.expiresAtMs + hour };
    writeFileSync(join(sessions(), name), JSON.stringify({ ...stored, ...moved, clockOffsetMs: hour }));
    const [one] = (await reported()).sessions;
    expect(one?.secondsLeft).toBeLessThanOrEqual(43_200);
    const here = Date.parse(one?.expiresAtHere ?? "");
    expect(Math.abs(Date.parse(one?.expiresAt ?? "") - here - hour)).toBeLessThan(2_000);
    // Long before it was made, and the machine was started since: nothing tells how long it lasts.
    const madeAt = { wallMs: Date.now() + 2 * hour, upMs: 1, start: "another" };
    writeFileSync(join(sessions(), name), JSON.stringify({ ...stored, madeAt }));
    expect((await reported()).sessions).toEqual([]);
  });

  it("neither keys' programs nor AWS are asked for it, and nothing is written", async () => {
    answerOf(await home.run(["get", "admin"]));
    const keys = home.executable("bin/keys", `echo ran >> ${home.path}/ran; exit 1`);
    home.configure(
      "",
      `[profile elsewhere]\ncredential_process = ${keys}\n[profile x]\ncredential_process = askonce get elsewhere`,
    );
    const [name = ""] = readdirSync(sessions());
    chmodSync(join(sessions(), name), 0o644);
    writeFileSync(join(sessions(), `${"c".repeat(40)}.json.1.ab.tmp`), "left");
    mkdirSync(join(sessions(), `${"d".repeat(40)}.json`));
    aws.clearCalls();
    const before = snapshot(home.cache);
    const report = await reported();
    expect(report.sessions).toHaveLength(2);
    expect(report.withoutSession).toMatchObject([{ calledBy: ["x"], profile: "elsewhere", login: "askonce login x" }]);
    await shown();
    expect(snapshot(home.cache)).toEqual(before);
    expect(statSync(join(sessions(), name)).mode & 0o777).toBe(0o644);
    expect([home.read("ran"), aws.calls().length]).toEqual(["", 0]);
  });

  it("what is in no order: files that are torn, linked, foreign or none, and names with escapes", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const [name = ""] = readdirSync(sessions());
    const whole = readFileSync(join(sessions(), name), "utf8");
    const at = (digit: string): string => join(sessions(), `${digit.repeat(40)}.json`);
    writeFileSync(at("1"), whole.slice(0, 200), { mode: 0o600 });
    symlinkSync(join(sessions(), name), at("2"));
    writeFileSync(at("3"), whole, { mode: 0o600 });
    writeFileSync(join(home.path, "twice"), whole);
    linkSync(join(home.path, "twice"), at("4"));
    execFileSync("mkfifo", [at("5")]);
    const evil = {
      ...JSON.parse(whole),
      id: "6".repeat(40),
      profile: "e\u001b[2J\u202e\u009bvil",
      device: "\u001b]0;x\u0007",
    };
    writeFileSync(at("6"), JSON.stringify(evil), { mode: 0o600 });
    const report = await reported();
    expect(report.sessions.map(({ inUse }) => inUse)).toEqual([true, false]);
    expect(report.sessions[1]?.profile).toBe(evil.profile);
    expect(report.problems).toEqual([`5 files are no session that can be used, in ${sessions()}`]);
    expect(await shown()).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it("that a cache cannot be used, and goes on", async () => {
    const foreign = join(home.path, "foreign");
    mkdirSync(foreign);
    const env = { ASKONCE_CACHE_DIR: join(home.path, "link") };
    symlinkSync(foreign, env.ASKONCE_CACHE_DIR);
    const linked = await home.run(["status"], { env });
    expect([linked.status, linked.stderr]).toEqual([0, ""]);
    expect(linked.stdout).toMatch(/✗ nothing is kept: .*link is a link/);
    expect(linked.stdout).toMatch(/^work +░+ {2}no session +askonce login work$/m);
  });

  it.runIf(process.getuid?.() === 0)("what another user may not see", async (context) => {
    needsTool(context, "setpriv");
    answerOf(await home.run(["get", "work-keys"]));
    chmodSync(home.path, 0o755);
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, PROGRAM, "status"];
    const outcome = await home.command("setpriv", nobody, { env: { ASKONCE_LOG: "" } });
    expect([outcome.status, outcome.stderr]).toEqual([0, ""]);
    expect(outcome.stdout).toMatch(/✗ nothing is kept: .* belongs to another user/);
    expect(outcome.stdout).not.toContain("h left");
  });

  it("a profile by its name, and one that is not there", async () => {
    expect(await shown("work")).toMatch(/^work +░+ {2}no session +askonce login work\n$/);
    answerOf(await home.run(["get", "admin"]));
    expect(await shown("admin")).toMatch(/^work .*\n {2}admin .*renews without a code.*\n$/);
    expect((await reported("work-keys")).sessions).toHaveLength(2);
    const none = await home.run(["status", "nowhere"]);
    expect([none.status, none.stdout]).toEqual([3, ""]);
    rmSync(join(home.path, ".aws"), { recursive: true });
    expect((await reported()).sessions.map(({ inUse }) => inUse)).toEqual([false, false]);
    rmSync(home.cache, { recursive: true });
    expect(await shown()).toMatch(/^no session, and no profile that calls askonce\n {2}askonce login NAME/);
  });
});

describe("a report that is longer than a pipe holds", () => {
  const piped = async (reader: string): Promise<string> => {
    const outcome = await home.command("sh", [
      "-c",
      `(${home.askonce} status --json; echo "status $?" >&2) | ${reader}`,
    ]);
    return `${outcome.stdout.trim()} ${outcome.stderr.trim()}`.trim();
  };

  it("is whole for a reader who comes late, and nobody waits for one who has gone", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    const [name = ""] = readdirSync(sessions());
    const stored = JSON.parse(readFileSync(join(sessions(), name), "utf8"));
    for (let index = 0; index < 500; index++) {
      const id = index.toString(16).padStart(40, "0");
      writeFileSync(join(sessions(), `${id}.json`), JSON.stringify({ ...stored, id }), { mode: 0o600 });
    }
    const whole = await home.run(["status", "--json"]);
    expect(whole.stdout.length).toBeGreaterThan(2 ** 17);
    expect(JSON.parse(whole.stdout).sessions).toHaveLength(501);
    expect(await piped("(sleep 1; wc -l)")).toBe("1 status 0");
    expect(await piped("(sleep 1; tail -c 3)")).toBe("]} status 0");
    expect(await piped("head -c 10")).toBe('{"version" status 0');
    expect(await piped("(exec <&-; sleep 0.1)")).toBe("status 0");
  });
});

describe("while somebody is asked", () => {
  it("it says who waits, where, and the cure, at 80 and at 40 columns", async () => {
    home.configure(home.serialLine);
    plant(join(home.cache, "locks"), `${"e".repeat(40)}.ask.pts-9.1.lock`, deadProcess(), 0);
    chmodSync(home.cache, 0o700);
    const asked = await home.shell();
    asked.type("askonce get work-keys >out\r");
    await asked.waitFor("? Code");
    const [one, ...others] = (await reported()).waiting;
    expect(others).toEqual([]);
    expect(one).toMatchObject({ profile: "work-keys", where: asked.terminal.replace("/dev/", ""), program: null });
    expect(one?.login).toBe("askonce login work-keys");
    for (const cols of [80, 40]) {
      const pty = home.onPty(["status"], { cols });
      expect((await pty.exit).code).toBe(0);
      expect(pty.screen()).toMatch(/^work +░+ {2}no session\s+askonce login work$/m);
      expect(pty.screen().replace(/\s+/g, " ")).toContain(`(pid ${one?.pid}) waits for work-keys since`);
      expect(pty.screen()).toContain("askonce login work-keys");
      expect(pty.output()).toContain("\u001b[2m");
    }
    const plain = home.onPty(["status"], { env: { NO_COLOR: "1" } });
    await plain.exit;
    expect(plain.output()).not.toContain("\u001b");
    asked.press("ctrl-c");
  });
});

describe("--watch", () => {
  it("draws in place, and leaves a tidy screen at Ctrl-C", async () => {
    const pty = await home.shell({ env: { PS1: "$ " } });
    pty.type("clear; askonce status --watch\r");
    await pty.waitFor(/^work +░+ {2}no session {2}askonce login work$/m);
    answerOf(await home.run(["get", "admin"]));
    await pty.waitFor(/^work +█+ *░* {2}11 h 59 min left|^work +█+░* {2}12 h left/m);
    await pty.waitFor(/^ {2}admin .*renews without a code/m);
    expect(pty.screen()).not.toContain("no session");
    pty.press("ctrl-c");
    await pty.waitFor(/\$$/);
    pty.type("echo status $?.\r");
    await pty.waitFor("status 130.");
    expect(pty.screen().match(/^work /gm)).toHaveLength(1);
    expect(pty.sttyFlags()).toEqual(expect.arrayContaining(["icanon", "echo", "isig"]));
  });

  it("takes a new width", async () => {
    answerOf(await home.run(["get", "work-keys"]));
    // Room for the name of a day, as from noon on.
    const pty = home.onPty(["status", "--watch"], { cols: 100 });
    await pty.waitFor(/^work .*jane-phone · 123456789012 · until/m);
    const before = pty.output().length;
    pty.resize(40, 24);
    // What is below a line of its own at 40 columns.
    await waitUntil(
      () => plain(pty.output().slice(before)).includes("\n  jane-phone · until"),
      () => `a narrow picture:\n${pty.screen()}`,
    );
    pty.press("ctrl-c");
    await pty.exit;
  });

  it("draws no more than a small terminal holds", async () => {
    const more = Array.from(
      { length: 30 },
      (_, index) => `[profile p${index}]\ncredential_process = askonce get k${index}`,
    );
    home.configure("", more.join("\n"));
    const pty = home.onPty(["status", "--watch"], { rows: 8 });
    await pty.waitFor(/… and \d+ more lines/);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(pty.screen().match(/more lines/g)).toHaveLength(1);
    pty.press("ctrl-c");
    expect((await pty.exit).signal).toBe(2);
  });

  it("is a usage error without a terminal, on a dumb one, and with --json", async () => {
    const dumb = home.onPty(["status", "--watch"], { env: { TERM: "dumb" } });
    expect((await dumb.exit).code).toBe(2);
    expect(dumb.output()).toMatch(/^askonce: --watch needs a terminal to draw on/);
    for (const words of [["--watch"], ["--watch", "--json"], ["one", "two"], ["--what"]]) {
      const outcome = await home.run(["status", ...words]);
      expect([outcome.status, outcome.stdout]).toEqual([2, ""]);
    }
  });
});
