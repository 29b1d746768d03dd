/** `askonce doctor` names each failure that a test plants. */

import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Disk, needsDisks } from "../support/disks.ts";
import { doctor, keysOf, report, signIn, textOf, troubles, withSoundHomes } from "../support/doctor.ts";
import { aws, home } from "../support/fresh-homes.ts";
import { deadProcess, plant } from "../support/lock-files.ts";
import { closeAfterTest, startProxy } from "../support/proxies.ts";

withSoundHomes();

describe("a failure that is planted", () => {
  it.each<[string, () => unknown, readonly string[], string, RegExp]>([
    [
      "a mode",
      () => chmodSync(join(home.path, ".aws/credentials"), 0o644),
      ["files: warn"],
      "files",
      /mode 644.*chmod 600/,
    ],
    [
      "a directory for everybody",
      () => chmodSync(join(home.path, ".aws"), 0o777),
      ["files: fail"],
      "files",
      /may replace what is in ~\/\.aws \(mode 777\) -> chmod 755 ~\/\.aws$/,
    ],
    [
      "a torn file",
      () => void home.write(".aws/config", "[profile work\nx\n"),
      ["files: fail"],
      "files",
      /^~\/\.aws\/config, line 1: /,
    ],
    [
      "Latin-1",
      () => void writeFileSync(join(home.path, ".aws/config"), Buffer.from("[profile x]\n# caf\xe9\n", "latin1")),
      ["files: fail"],
      "files",
      /not UTF-8/,
    ],
    [
      "a misspelt key",
      () => home.configure("mfa_procces = x"),
      ["settings: warn"],
      "settings",
      /did you mean mfa_process\?/,
    ],
    [
      "a device of somebody else",
      () => home.configure("mfa_serial = arn:aws:iam::123456789012:mfa/mia-phone"),
      ["device: fail"],
      "device",
      /no device of this user/,
    ],
    [
      "a security key",
      () => home.configure("mfa_serial = arn:aws:iam::123456789012:u2f/user/fido/key"),
      ["profile: fail"],
      "profile",
      /security key/,
    ],
    [
      "a device of another account",
      () => home.configure("mfa_serial = arn:aws:iam::210987654321:mfa/jane-phone"),
      ["device: fail"],
      "device",
      /account 210987654321, and the keys are of account 123456789012 -> mfa_serial = arn:aws:iam::123456789012:mfa\/jane-phone/,
    ],
    [
      "a profile without a name",
      () => home.configure("", `[profile x]\ncredential_process = ${home.askonce} get work-kyes\n`),
      ["command: fail"],
      "command",
      /did you mean work-keys\?/,
    ],
    [
      "a flag that is not there",
      () => home.configure("", `[profile x]\ncredential_process = ${home.askonce} get work-keys --x\n`),
      ["command: fail"],
      "command",
      /unknown option '--x'/,
    ],
    [
      "a blank in the path",
      () => home.configure("", `[profile x]\ncredential_process = /opt/my tools/askonce-get work-keys\n`),
      ["profile: fail"],
      "profile",
      /has a blank: it runs \/opt\/my -> put the path in "double" quotes/,
    ],
    [
      "a header of the other file",
      () =>
        home.configure(
          "",
          `[other]\ncredential_process = ${home.askonce} get work-keys\n[region]\nx = y\n[plugins]\nregion = x\n`,
        ),
      ["files: fail"],
      "files",
      /^\[other\] in ~\/\.aws\/config is read by nobody: there it is \[profile other\]/,
    ],
    [
      "the config's header among the credentials",
      () => void home.write(".aws/credentials", `[profile work-keys]\n${keysOf(aws.fixture.jane)}`),
      ["files: fail", "keys: fail"],
      "files",
      /^\[profile work-keys\] in ~\/\.aws\/credentials is read by nobody: there it is \[work-keys\]/,
    ],
    [
      "a byte order mark",
      () => void home.write(".aws/config", `\uFEFF${home.read(".aws/config")}`),
      ["files: fail"],
      "files",
      /byte order mark: the AWS CLI/,
    ],
    [
      "a link that leads nowhere",
      () => {
        rmSync(join(home.path, ".aws/config"));
        symlinkSync("/nowhere/config", join(home.path, ".aws/config"));
      },
      ["files: fail"],
      "files",
      /config is a link to \/nowhere\/config, which is not there/,
    ],
    [
      "no file at all",
      () => rmSync(join(home.path, ".aws"), { recursive: true }),
      ["files: fail"],
      "files",
      /^neither .* -> askonce setup$/,
    ],
    [
      "a file where the cache has its directories above it",
      () => {
        home.coolDown();
        writeFileSync(join(home.path, ".cache"), "");
      },
      ["cache: fail"],
      "cache",
      /nothing can be written in ~\/\.cache /,
    ],
    [
      "a circle",
      () => home.configure(`source_profile = work`) ?? void home.write(".aws/credentials", ""),
      ["profile: fail"],
      "profile",
      /circle/,
    ],
    [
      "a link in place of the cache",
      () => {
        home.coolDown();
        mkdirSync(join(home.path, ".cache"));
        symlinkSync("/tmp", home.cache);
      },
      ["cache: fail"],
      "cache",
      /is a link/,
    ],
  ])("%s", async (_, plant, expected, check, text) => {
    plant();
    const found = await report();
    expect(troubles(found)).toEqual(expected);
    expect(textOf(found, check)).toMatch(text);
  });

  it("in the environment", async () => {
    const env = {
      AWS_ACCESS_KEY_ID: aws.fixture.mia.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.fixture.mia.secretAccessKey,
    };
    const found = await report([], { env });
    expect(troubles(found)).toEqual(["environment: fail"]);
    expect(textOf(found, "environment")).toContain("…AMIA");
    expect(troubles(await report([], { env: { AWS_PROFILE: "wrk" } }))).toEqual(["profile: fail"]);
    expect(textOf(await report([], { env: { AWS_PROFILE: "wrk" } }), "profile")).toMatch(/did you mean work\?/);
    expect(troubles(await report([], { env: { AWS_CONFIG_FILE: "/nowhere/config" } }))).toContain("files: fail");
  });

  it("in the keys: deleted, of a wrong secret, of a user without a device or a policy", async () => {
    aws.state.setKeyActive(aws.fixture.hank.accessKeyId, false);
    const inactive = await report(["hank"]);
    aws.state.setKeyActive(aws.fixture.hank.accessKeyId, true);
    expect(troubles(inactive)).toEqual(["command: warn", "identity: fail"]);
    expect(textOf(inactive, "identity")).toMatch(/InvalidClientTokenId/);
    expect(troubles(await report(["fido"]))).toEqual(["command: warn", "device: fail"]);
    expect(troubles(await report(["dan"]))).toEqual(["command: warn", "device: fail"]);
    expect(troubles(await report(["mia"]))).toEqual(["command: warn", "device: warn"]);
    const olaf = await report(["olaf"]);
    expect(troubles(olaf)).toEqual(["command: warn", "device: fail", "policy: warn", "key-age: warn"]);
    expect(textOf(olaf, "policy")).toMatch(/does not ask for MFA/);
  });

  it("in the clock", async () => {
    aws.settings.clockOffsetSeconds = 3600;
    const found = await report();
    expect(troubles(found)).toEqual(["clock: fail"]);
    expect(textOf(found, "clock")).toMatch(/^(59 min|1 h) behind AWS's/);
  });

  it("in the name: the nearest one", async () => {
    const { stdout, status } = await doctor(["work-kyes"]);
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/did you mean work-keys\?; do: askonce doctor work-keys\n$/),
    ]);
  });

  it("in the program that has the keys", async () => {
    const script = (line: string): string => home.executable("bin/vault", line);
    const json = JSON.stringify({
      Version: 1,
      AccessKeyId: aws.fixture.hank.accessKeyId,
      SecretAccessKey: aws.fixture.hank.secretAccessKey,
    });
    home.configure(
      "",
      `[profile vault]\ncredential_process = ${script(`cat ${home.write("keys.json", json)}`)} s3cret\n`,
    );
    const sound = await report(["vault"]);
    expect(troubles(sound)).toEqual(["command: warn"]);
    expect(textOf(sound, "identity")).toBe("user hank of account 123456789012");
    script("exit 3");
    const broken = await report(["vault"]);
    expect(troubles(broken)).toEqual(["command: warn", "identity: fail"]);
    expect(textOf(broken, "identity")).toMatch(/^credential_process of vault failed \(3\)/);
    // One that asks askonce for what it is to help to make is told so, and does not start it for ever.
    script(`exec ${home.askonce} get vault`);
    expect(textOf(await report(["vault"]), "identity")).toMatch(/^credential_process of vault failed \(3\)/);
    expect(JSON.stringify([sound, broken])).not.toContain("s3cret");
  });

  it("runs the program that has the keys once for all profiles that lead to it", async () => {
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = aws.fixture.hank;
    const json = home.write("keys.json", JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }));
    const vault = home.executable("bin/vault", `echo >> ${home.path}/runs\ncat ${json}`);
    const roles = ["admin", "reader"].map(
      (role) =>
        `[profile vault-${role}]\nrole_arn = ${aws.fixture.roles.admin}\nsource_profile = vault\n[profile ${role}]\ncredential_process = ${home.askonce} get vault-${role}\n`,
    );
    home.write(".aws/config", `[profile vault]\ncredential_process = ${vault}\n${roles.join("")}`);
    const found = await report();
    expect(found.profiles).toEqual(["vault-admin", "vault-reader"]);
    expect(textOf(found, "identity")).toBe("user hank of account 123456789012\n".repeat(2).trim());
    expect(home.read("runs")).toBe("\n");
  });

  it("in the way to AWS: a CA bundle that is none, a proxy that is no address or lets nobody through", async () => {
    const of = async (env: Record<string, string>) => textOf(await report([], { env }), "network");
    expect(await of({ AWS_CA_BUNDLE: "/nowhere.pem" })).toMatch(
      /CA bundle \/nowhere.pem of AWS_CA_BUNDLE cannot be read/,
    );
    expect(await of({ HTTP_PROXY: "ftp://jane:hunter2@proxy" })).toMatch(/^HTTP_PROXY holds no http or https address/);
    const proxy = closeAfterTest(await startProxy({ login: "jane:hunter2" }));
    expect(await of({ HTTP_PROXY: proxy.url })).toMatch(/wants a user and password/);
    const there = await of({ HTTP_PROXY: proxy.url.replace("//", "//jane:hunter2@") });
    expect(there).toMatch(
      /answered in [\d.]+ m?s through the proxy 127\.0\.0\.1:\d+ of HTTP_PROXY \(by AWS_ENDPOINT_URL\)/,
    );
    expect(there).not.toContain("hunter2");
  });

  it("in the disk of the cache", async (context) => {
    needsDisks(context);
    const disk = new Disk();
    const env = { ASKONCE_CACHE_DIR: join(disk.path, "cache") };
    mkdirSync(env.ASKONCE_CACHE_DIR, { mode: 0o700 });
    disk.fill();
    const found = await report(["--offline"], { env });
    expect(troubles(found)).toEqual(["cache: fail"]);
    expect(textOf(found, "cache")).toMatch(/^the disk of .* is full/);
  });

  it("in the locks of a process that was killed", async () => {
    await signIn();
    plant(join(home.cache, "locks"), "dead.lock", deadProcess());
    expect(textOf(await report(), "cache")).toContain(`1 lock of a process that is gone (${process.pid})`);
    const fixed = await report(["--fix", "--yes"]);
    expect(fixed.fixed).toEqual(["take away the locks of processes that are gone"]);
    expect(troubles(fixed)).not.toContain("cache: warn");
  });
});
