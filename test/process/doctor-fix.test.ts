/** `askonce doctor --fix`: what it would do, does, and leaves alone. */

import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { typeAnew } from "../support/askonce.ts";
import { doctor, keysOf, report, signIn, troubles, withSoundHomes } from "../support/doctor.ts";
import { aws, home } from "../support/fresh-homes.ts";

withSoundHomes();

describe("doctor --fix", () => {
  const shadowed = (): void => {
    home.write(
      ".aws/credentials",
      `# jane's own\r\n[other]\r\naws_access_key_id = AKIAOTHER ; kept\r\n\r\n[work]\r\n# below\r\n${keysOf(aws.fixture.jane).replaceAll("\n", "\r\n")}\r\n`,
    );
    home.write(
      ".aws/config",
      `[profile work-keys]\n\n[profile  work]  # mine\nregion=eu-west-1\ncredential_process   =   askonce-get work-keys\n`,
    );
    chmodSync(join(home.path, ".aws/credentials"), 0o644);
  };

  it("shows what it would do, and does nothing where it can ask nobody", async () => {
    shadowed();
    const before = [home.read(".aws/credentials"), home.read(".aws/config")];
    const outcome = await doctor(["--fix"]);
    expect(outcome.status).toBe(2);
    expect(outcome.stderr).toMatch(/^askonce: there is no terminal to ask on: --yes/);
    expect(outcome.stdout).toMatch(/would\n {2}· chmod 600 .*\n {2}· move the keys of \[work\] .* to \[work-keys\]\n/);
    expect([home.read(".aws/credentials"), home.read(".aws/config")]).toEqual(before);
    expect((await doctor(["--fix", "--json"])).status).toBe(2);
    expect((await doctor(["--yes"])).status).toBe(2);
  });

  it("mends it with --yes, and leaves every other byte", async () => {
    // The launcher remembers a Node from then on, wherever that is on this machine.
    await signIn();
    shadowed();
    const [credentials, config] = [home.read(".aws/credentials"), home.read(".aws/config")];
    const found = await report(["--fix", "--yes"]);
    // With a session the age is told as well.
    expect(troubles(found)).toEqual(["key-age: warn"]);
    expect(found.fixed).toHaveLength(5);
    expect(home.read(".aws/credentials")).toBe(credentials.replace("[work]", "[work-keys]"));
    expect(home.read(".aws/config")).toMatch(config.slice(0, config.indexOf("askonce-get")));
    expect(home.read(".aws/config")).toMatch(/credential_process {3}= {3}\/\S+\/askonce-get work-keys\n$/);
    const names = readdirSync(join(home.path, ".aws"));
    const backups = names.filter((name) => name.endsWith(".bak"));
    expect(backups).toHaveLength(2);
    expect(backups.map((name) => home.read(`.aws/${name}`)).sort()).toEqual([credentials, config].sort());
    for (const name of ["credentials", ...backups])
      expect(statSync(join(home.path, ".aws", name)).mode & 0o777).toBe(0o600);
    // Once is enough.
    expect((await report(["--fix", "--yes"])).fixed).toEqual([]);
  });

  it("asks on a terminal: no changes nothing, yes does it", async () => {
    shadowed();
    const before = home.read(".aws/credentials");
    const pty = await home.shell();
    await typeAnew(pty, "askonce doctor --fix --offline; echo status $?");
    await pty.waitFor("? Do it");
    expect(pty.screen()).toContain("move the keys of [work]");
    expect(pty.screen()).toContain("would");
    pty.type("n\r");
    await pty.waitFor("Nothing was changed.");
    expect(home.read(".aws/credentials")).toBe(before);
    await typeAnew(pty, "askonce doctor --fix --offline; echo status $?");
    await pty.waitFor("? Do it");
    pty.type("y\r");
    await pty.waitFor("status 0");
    expect(home.read(".aws/credentials")).toBe(before.replace("[work]", "[work-keys]"));
    expect(pty.sttyFlags()).toEqual(expect.arrayContaining(["icanon", "echo", "isig"]));
  });
});
