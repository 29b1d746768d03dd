/** A question on the terminal: what is taken for an answer, what was typed before, and how it looks. */

import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PtySession } from "../support/pty.ts";
import { answerTo, codeOf, home, result, run, withQuestions } from "../support/terminal-question.ts";
import { waitUntil } from "../support/waiting.ts";

withQuestions();

describe("an answer", () => {
  test.each([
    ["typed", "123456"],
    ["with a blank", "123 456"],
    ["with blanks around it, as pasted", " 123\t456 "],
    ["pasted between marks, with line ends", "\x1b[200~123\r\n456\r\n\x1b[201~"],
    ["after a slip", "129\x7f3456"],
    ["after a line was thrown away", "999999\x15123456"],
    ["with digits put in between", "13456\x1b[D\x1b[D\x1b[D\x1b[D2\x1b[F"],
    [
      "among keys and reports that mean nothing here",
      "12\x1b[A\x1b[1;5B3\x1b[<0;12;5M\x1b[M !!4\x1b[I\x1b[24;80R5\x1b]11;rgb:0/0/0\x076\x1bOP",
    ],
  ])("%s is taken", async (_, typed) => {
    const session = run("./ask");
    await session.waitFor("? Code");
    session.type(typed);
    await session.waitFor(/Code +123 ?456/);
    session.press("enter");
    expect(codeOf(await result())).toBe("123456");
    expect(await session.exit).toEqual({ code: 0, signal: 0 });
    expect(session.screen()).toBe("");
  });

  test("that is wrong is complained about, and asked for again", async () => {
    const session = run("./ask");
    await session.waitFor("? Code");
    session.type("12345\r");
    await session.waitFor("six digits, please: those were 5");
    expect(existsSync(join(home, "result"))).toBe(false);
    session.type("123456");
    await session.waitFor("123456");
    session.press("enter");
    expect(await result()).toEqual({ kind: "answered", text: "123456" });
    await session.exit;
    expect(session.screen()).toBe("");
  });

  test("is not an Enter alone", async () => {
    const session = run("./ask");
    await session.waitFor("? Code");
    session.type("\r\r123456");
    await session.waitFor("123456");
    expect(session.screen()).not.toContain("✗");
    session.press("enter");
    expect(await result()).toMatchObject({ kind: "answered" });
  });

  test("leaves one line, which says how it went", async () => {
    const session = run("printf 'before\\n'; ./ask; echo after", { say: "✓ MFA session for work until 21:40" });
    await answerTo(session);
    await session.exit;
    expect(session.screen()).toBe("before\n✓ MFA session for work until 21:40\nafter");
    expect(await result()).toMatchObject({ kind: "answered", said: true });
  });

  test("moves neither the standard streams nor what somebody printed without a line end", async () => {
    const session = run("printf 'working...'; : | ./ask 2>errors | cat >output; echo; cat output errors | wc -c");
    await answerTo(session);
    await session.exit;
    expect(session.screen().split("\n").filter(Boolean)).toEqual(["working...", "0"]);
  });

  test("does not eat what stands on standard input", async () => {
    const session = run("echo piped | { ./ask; cat; }");
    await answerTo(session);
    await session.waitFor("piped");
  });
});

describe("what was typed before the question", () => {
  const AFTER_GO = "echo ready; until [ -e go ]; do sleep 0.02; done; ./ask";
  const typeAhead = async (text: string): Promise<PtySession> => {
    const session = run(AFTER_GO);
    await session.waitFor("ready");
    session.type(text);
    await session.waitFor(text.trim());
    writeFileSync(join(home, "go"), "");
    await session.waitFor("? Code");
    return session;
  };

  test("is dropped when it was meant for something else", async () => {
    const session = await typeAhead("ls -l\r");
    await session.waitFor("Code  ______");
    expect(session.screen()).not.toContain("✗");
  });

  test("is shown when it is digits, and never sent without an Enter", async () => {
    const session = await typeAhead("123456\r");
    await session.waitFor("Code  123456");
    expect(existsSync(join(home, "result"))).toBe(false);
    session.press("enter");
    expect(await result()).toEqual({ kind: "answered", text: "123456" });
  });

  test("can be a Ctrl-S: a terminal that is held still does not hold us", async () => {
    const session = run(AFTER_GO, { deadlineMs: 1_000 });
    await session.waitFor("ready");
    session.type("\x13");
    writeFileSync(join(home, "go"), "");
    expect(await result()).toEqual({ kind: "timed-out" });
  });
});

describe("the looks", () => {
  const long = { hint: "answers for 12 h", deadlineMs: 48_000, say: "✓ done" };

  test.each([80, 40, 20])("fit into %i columns, and go without a trace", async (cols) => {
    const session = run("echo before; ./ask", long, { cols });
    await session.waitFor("before");
    await session.waitFor(/4\d s/);
    session.type("12345\r");
    await session.waitFor("✗");
    const lines = session.screen().split("\n");
    for (const line of lines) expect(line.length).toBeLessThan(cols);
    expect(lines.map((line) => line.trim()).join(" ")).toContain(
      "aws s3 needs an MFA session for work user jane · device jane-phone",
    );
    await answerTo(session);
    await session.exit;
    expect(session.screen()).toBe("before\n✓ done");
  });

  test("fit on a screen of few lines", async () => {
    const session = run("echo before; ./ask", long, { cols: 20, rows: 4 });
    await session.waitFor("? Code");
    await answerTo(session);
    await session.exit;
    expect(session.screen()).toBe("before\n✓ done");
  });

  test("follow the window", async () => {
    const session = run("./ask", long);
    await session.waitFor("answers for 12 h");
    session.resize(30, 24);
    const before = session.output().length;
    await waitUntil(
      () => session.output().slice(before).includes("? Code"),
      () => "the question to be drawn again",
    );
    expect(session.output().slice(before)).not.toContain("answers for 12 h");
  });

  test("have colours only when told so", async () => {
    for (const colours of [false, true]) {
      const session = run("./ask", { ...long, colours });
      await answerTo(session);
      await session.exit;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is
      expect(/\x1b\[\d*m/.test(session.output())).toBe(colours);
      rmSync(join(home, "result"));
    }
  });

  test("are not for profile names to change", async () => {
    const session = run("./ask", { lines: ["for \x1b]0;title\x07\x1b[2Jwo\u202erk\nnext"] });
    await session.waitFor("for ]0;title[2Jwork next");
    for (const harm of ["\x07", "\x1b[2J", "\x1b]", "\u202e"]) expect(session.output()).not.toContain(harm);
  });
});
