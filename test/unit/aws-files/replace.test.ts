import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type FileChange, replaceSharedFiles, undoLastChange } from "../../../src/aws-files/replace.ts";
import { Disk } from "../../support/disks.ts";
import { asOtherUser } from "../support/as-other-user.ts";
import { failureOf } from "../support/failures.ts";
import { isRoot, me, modeOf, temporaryDirectory } from "../support/temporary.ts";

const AT = new Date(2026, 10, 25, 9, 30, 12);
const BACKUP = "config.askonce-2026-11-25T09-30-12.bak";

/** `.aws` in a new home, with a config file of this text. */
function awsWith(text?: string, mode = 0o600): { aws: string; config: string; credentials: string } {
  const aws = join(temporaryDirectory(), ".aws");
  const [config, credentials] = [join(aws, "config"), join(aws, "credentials")];
  if (text !== undefined) {
    mkdirSync(aws, { mode: 0o700 });
    writeFileSync(config, text);
    chmodSync(config, mode);
  }
  return { aws, config, credentials };
}

const change = (path: string, before: string | undefined, after: string | undefined): FileChange => ({
  path,
  before,
  after,
});
const read = (path: string): string => readFileSync(path, "utf8");
/** Everything in a directory: names, texts and modes. */
const all = (directory: string): unknown[] =>
  readdirSync(directory)
    .sort()
    .map((name) => [name, modeOf(join(directory, name)), read(join(directory, name))]);

describe("a file is replaced", () => {
  test("and keeps its mode, with the old text in a private backup beside it", () => {
    const { aws, config } = awsWith("old\r\n", 0o640);
    expect(replaceSharedFiles([change(config, "old\r\n", "new\r\n")], aws, me, AT)).toEqual([
      { path: config, backup: join(aws, BACKUP) },
    ]);
    expect([read(config), modeOf(config)]).toEqual(["new\r\n", "0o640"]);
    expect([read(join(aws, BACKUP)), modeOf(join(aws, BACKUP))]).toEqual(["old\r\n", "0o600"]);
    expect(readdirSync(aws).sort()).toEqual(["askonce-undo.json", "config", BACKUP]);
  });

  test("twice in a second with a backup each", () => {
    const { aws, config } = awsWith("1");
    replaceSharedFiles([change(config, "1", "2")], aws, me, AT);
    const [second] = replaceSharedFiles([change(config, "2", "3")], aws, me, AT);
    expect(second?.backup).toBe(join(aws, BACKUP.replace(".bak", "-2.bak")));
    expect([read(join(aws, BACKUP)), read(second?.backup ?? "")]).toEqual(["1", "2"]);
  });

  test("or made, privately, with its directory", () => {
    const { aws, config } = awsWith();
    expect(replaceSharedFiles([change(config, undefined, "new")], aws, me, AT)).toEqual([
      { path: config, backup: undefined },
    ]);
    expect([read(config), modeOf(config), modeOf(aws)]).toEqual(["new", "0o600", "0o700"]);
  });

  test("where a link leads, and the link stays", () => {
    const { aws, config } = awsWith("");
    const dotfiles = join(temporaryDirectory(), "dotfiles");
    mkdirSync(dotfiles);
    writeFileSync(join(dotfiles, "aws"), "old");
    unlinkSync(config);
    symlinkSync(join(dotfiles, "aws"), join(aws, "between"));
    symlinkSync("between", config);
    replaceSharedFiles([change(config, "old", "new")], aws, me, AT);
    expect([read(join(dotfiles, "aws")), readlinkSync(config)]).toEqual(["new", "between"]);
    expect(read(join(aws, BACKUP))).toBe("old");
    expect(readdirSync(dotfiles)).toEqual(["aws"]);
  });

  test("where a link leads to nothing yet", () => {
    const { aws, config } = awsWith("");
    unlinkSync(config);
    symlinkSync("not/yet", config);
    replaceSharedFiles([change(config, undefined, "new")], aws, me, AT);
    expect([read(join(aws, "not/yet")), lstatSync(config).isSymbolicLink()]).toEqual(["new", true]);
  });

  test("not at all without a difference", () => {
    const { aws, config } = awsWith("same");
    expect(replaceSharedFiles([change(config, "same", "same")], aws, me, AT)).toEqual([]);
    expect(readdirSync(aws)).toEqual(["config"]);
  });
});

describe("everything stays as it was", () => {
  test.each([
    ["was changed", "other", "old"],
    ["is there by now", "other", undefined],
    ["is gone", undefined, "old"],
  ])("when a file %s since it was read", (_, now, before) => {
    const { aws, config, credentials } = awsWith("c");
    if (now !== undefined) writeFileSync(credentials, now);
    const found = all(aws);
    const changes = [change(config, "c", "new"), change(credentials, before, "new")];
    expect(failureOf(() => replaceSharedFiles(changes, aws, me, AT))).toMatchObject({
      code: "configuration",
      message: `${credentials} was changed meanwhile`,
      hint: "nothing was written: run it again",
    });
    expect(all(aws)).toEqual(found);
  });

  test("when the second file cannot be written, and the first was new", () => {
    const { aws, config } = awsWith("c");
    const [made, hidden] = [join(aws, "made"), join(config, "below-a-file")];
    const found = all(aws);
    const changes = [change(config, "c", "c"), change(made, undefined, "x"), change(hidden, undefined, "y")];
    expect(failureOf(() => replaceSharedFiles(changes, aws, me, AT))).toMatchObject({
      message: expect.stringMatching(/^cannot write .*below-a-file \(E/),
    });
    expect(all(aws)).toEqual(found);
  });

  test("but for what somebody else has written meanwhile", () => {
    const { aws, config } = awsWith("1");
    const second = change(join(config, "below-a-file"), undefined, "y");
    // The second one fails, after which the first would be put back. Whoever looks at its path stands for a person in between.
    const late = {
      ...second,
      get path() {
        if (read(config) === "2") writeFileSync(config, "theirs");
        return second.path;
      },
    };
    failureOf(() => replaceSharedFiles([change(config, "1", "2"), late], aws, me, AT));
    expect([read(config), read(join(aws, BACKUP))]).toEqual(["theirs", "1"]);
  });

  test("on a full disk", ({ skip }) => {
    if (!isRoot) skip("only root can mount a file system");
    const { path } = new Disk();
    const config = join(path, "config");
    writeFileSync(config, "old");
    const text = "x".repeat(300 * 1024);
    expect(failureOf(() => replaceSharedFiles([change(config, "old", text)], path, me, AT))).toMatchObject({
      message: `cannot write ${config} (ENOSPC)`,
      hint: expect.stringContaining("nothing was changed"),
    });
    expect([readdirSync(path), read(config)]).toEqual([["config"], "old"]);
  });

  test("in a directory that takes nothing", ({ skip }) => {
    if (!isRoot) skip("needs root to become somebody else");
    const { aws, config } = awsWith("old", 0o644);
    chmodSync(aws, 0o755);
    const script = `import { replaceSharedFiles } from "./src/aws-files/replace.ts";
      report(outcome(() => replaceSharedFiles([{ path: process.argv[2], before: "old", after: "new" }], "/nowhere", process.getuid(), new Date())));`;
    expect(asOtherUser(script, config)).toMatchObject({ message: `cannot write ${config} (EACCES)` });
    expect([readdirSync(aws), read(config)]).toEqual([["config"], "old"]);
  });
});

describe("the last change is undone", () => {
  test("in all of its files, new ones and links too", () => {
    const { aws, config, credentials } = awsWith("1", 0o644);
    replaceSharedFiles([change(config, "1", "2"), change(credentials, undefined, "keys")], aws, me, AT);
    const undone = undoLastChange(aws, me, AT);
    expect(undone.files.map(({ path }) => path)).toEqual([config, credentials]);
    // What was undone is not lost either.
    expect(undone.files.map(({ backup }) => read(backup ?? ""))).toEqual(["2", "keys"]);
    expect([read(config), modeOf(config), existsSync(credentials)]).toEqual(["1", "0o644", false]);
    expect(failureOf(() => undoLastChange(aws, me, AT))).toMatchObject({
      message: `there is no change of askonce's in ${aws} to undo`,
    });
  });

  test("and the one before it next", () => {
    const { aws, config } = awsWith("1");
    for (const number of [1, 2, 3]) replaceSharedFiles([change(config, `${number}`, `${number + 1}`)], aws, me, AT);
    const undone = [1, 2, 3].map(() => [undoLastChange(aws, me, AT).left, read(config)]);
    expect(undone).toEqual([
      [2, "3"],
      [1, "2"],
      [0, "1"],
    ]);
    expect(existsSync(join(aws, "askonce-undo.json"))).toBe(false);
  });

  test("unless a file was changed since", () => {
    const { aws, config, credentials } = awsWith("1");
    replaceSharedFiles([change(config, "1", "2"), change(credentials, undefined, "keys")], aws, me, AT);
    writeFileSync(config, "2 and more");
    const found = all(aws);
    expect(failureOf(() => undoLastChange(aws, me, AT))).toMatchObject({
      message: `${config} was changed since`,
      hint: `nothing was changed; the text from before is in ${join(aws, BACKUP)}`,
    });
    expect(all(aws)).toEqual(found);
  });

  test("or its backup is gone", () => {
    const { aws, config } = awsWith("1");
    replaceSharedFiles([change(config, "1", "2")], aws, me, AT);
    unlinkSync(join(aws, BACKUP));
    expect(failureOf(() => undoLastChange(aws, me, AT))).toMatchObject({ message: `cannot read ${join(aws, BACKUP)}` });
    expect(read(config)).toBe("2");
  });
});
