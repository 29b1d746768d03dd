import { describe, expect, test } from "vitest";
import { checkSharedFiles } from "../../../../src/doctor/checks/shared-files.ts";
import type { Facts, FileFacts } from "../../../../src/doctor/facts.ts";
import { AskonceError } from "../../../../src/runtime/errors.ts";
import { CONFIG, CREDENTIALS, factsOf, fileFacts, said, states } from "../../support/doctor-facts.ts";

describe("the shared files", () => {
  const judge = (credentials: Partial<FileFacts> = {}, config: Partial<FileFacts> = {}, more: Partial<Facts> = {}) => {
    const facts = factsOf(more);
    return checkSharedFiles({
      ...facts,
      files: {
        ...facts.files,
        config: fileFacts("config", CONFIG, config),
        credentials: fileFacts("credentials", CREDENTIALS, credentials),
      },
    });
  };

  test("that are read and private are fine, with where links lead", () => {
    expect(said(judge({ link: "/home/jane/dots/credentials" }))).toEqual([
      "ok ~/.aws/config, ~/.aws/credentials (a link to ~/dots/credentials) read; modes fine",
    ]);
    expect(said(judge({}, {}, { uid: undefined }))).toEqual(["ok ~/.aws/config, ~/.aws/credentials read"]);
  });

  test.each([
    [0o640, "warn others on this machine may read ~/.aws/credentials (mode 640) -> chmod 600 ~/.aws/credentials"],
    [0o604, "warn others on this machine may read ~/.aws/credentials (mode 604) -> chmod 600 ~/.aws/credentials"],
    [
      0o666,
      "fail everybody on this machine may write to ~/.aws/credentials (mode 666) -> chmod 600 ~/.aws/credentials",
    ],
  ])("others may not read keys: mode %o", (mode, text) => {
    const found = judge({ mode });
    expect(said(found)).toEqual([text]);
    expect(found[0]?.fix).toEqual({ kind: "mode", path: "/home/jane/.aws/credentials", mode: 0o600 });
  });

  test("a config file may be read by all, and written by the owner's group", () => {
    expect(states(judge({}, { mode: 0o664 }))).toEqual(["ok"]);
    const found = judge({}, { mode: 0o666 });
    expect(states(found)).toEqual(["fail"]);
    expect(found[0]?.fix).toMatchObject({ mode: 0o644 });
  });

  test("of another user are not ours to change; root's are as good as ours", () => {
    expect(said(judge({ owner: 1001, mode: 0o644 }))[0]).toMatch(/^warn .*belongs to another user/);
    expect(judge({ owner: 1001, mode: 0o644 })[0]?.fix).toBeUndefined();
    expect(judge({ owner: 0, mode: 0o644 })[0]?.fix).toBeUndefined();
    expect(judge({ owner: 0, mode: 0o644 })[0]?.cure).toBe(
      "sudo chown 1000 ~/.aws/credentials, then chmod 600 ~/.aws/credentials",
    );
    expect(states(judge({ owner: 0 }))).toEqual(["ok"]);
  });

  test("what a link leads to is what is mended", () => {
    expect(judge({ mode: 0o644, link: "/srv/keys" })[0]?.fix).toMatchObject({ path: "/srv/keys" });
  });

  test("one that cannot be read says so as every command does", () => {
    const facts = factsOf();
    const complaint = new AskonceError("configuration", "~/.aws/config, line 3: no name = value", "mend the line");
    const found = checkSharedFiles({ ...facts, files: { ...facts.files, shared: undefined, complaint } });
    expect(said(found)).toEqual(["fail ~/.aws/config, line 3: no name = value -> mend the line"]);
  });

  test("one that cannot be read since it was written with sudo", () => {
    const { files, ...facts } = factsOf();
    const path = "/home/jane/.aws/credentials";
    const cause = Object.assign(new Error("denied"), { code: "EACCES", path });
    const text = `cannot read ${path} (EACCES)`;
    const complaint = new AskonceError("configuration", text, "check what it is", "unreadable-file", { cause });
    const of = (owner: number) =>
      checkSharedFiles({
        ...facts,
        files: { ...files, shared: undefined, complaint, credentials: fileFacts("credentials", {}, { path, owner }) },
      })[0]?.cure;
    expect([of(0), of(1000)]).toEqual(["sudo chown 1000 ~/.aws/credentials", "check what it is"]);
  });

  test("in a directory that everybody may write to are everybody's", () => {
    const open = { path: "/home/jane/.aws", mode: 0o777, owner: 1000 };
    const found = judge({ directory: open }, { directory: open });
    expect(said(found)).toEqual([
      "fail everybody on this machine may replace what is in ~/.aws (mode 777) -> chmod 755 ~/.aws",
    ]);
    expect(found[0]?.fix).toEqual({ kind: "mode", path: "/home/jane/.aws", mode: 0o755 });
    const shared = { ...open, mode: 0o1777, owner: 0 };
    expect(states(judge({ directory: shared }, { directory: shared }))).toEqual(["ok"]);
    expect(judge({ directory: { ...open, owner: 0 } })[0]?.fix).toBeUndefined();
  });

  test("that a variable names and that is not there, or neither at all", () => {
    expect(said(judge({}, { isThere: false, setBy: "AWS_CONFIG_FILE", path: "/home/jane/c" }))).toEqual([
      "fail AWS_CONFIG_FILE names ~/c, which is not there -> unset AWS_CONFIG_FILE",
    ]);
    expect(said(judge({ isThere: false }, { isThere: false }))).toEqual([
      "fail neither ~/.aws/config nor ~/.aws/credentials is there -> aws configure",
    ]);
    expect(said(judge({ isThere: false }))).toEqual(["ok ~/.aws/config read; modes fine"]);
  });

  test("a link that leads nowhere is not the same as no file", () => {
    const found = judge({}, { isThere: false, link: "/home/jane/dots/config" });
    expect(said(found)).toEqual([
      "fail ~/.aws/config is a link to ~/dots/config, which is not there -> ls -l ~/.aws/config",
    ]);
    const both = { isThere: false, link: "/gone" };
    expect(states(judge(both, both))).toEqual(["fail", "fail"]);
  });

  test("a byte order mark stops the AWS CLI alone", () => {
    expect(said(judge({}, { hasMark: true }))).toEqual([
      "fail ~/.aws/config begins with a byte order mark: the AWS CLI cannot read it -> save it as UTF-8 without BOM",
    ]);
  });

  test("a section with the header of the other file is read by nobody: a failure where programs are to use it", () => {
    const strays = [
      { header: "work", meant: "profile work", isCall: true },
      { header: "old", meant: "profile old", isCall: false },
    ];
    expect(said(judge({}, { strays }))).toEqual([
      "fail [work] in ~/.aws/config is read by nobody: there it is [profile work] -> write [profile work]",
      "warn [old] in ~/.aws/config is read by nobody: there it is [profile old] -> write [profile old]",
    ]);
  });
});
