import { describe, expect, test } from "vitest";
import { AskonceError, asAskonceError, type ErrorCode, isErrorCode } from "../../../src/runtime/errors.ts";

const STATUS: Record<ErrorCode, number> = {
  bug: 1,
  output: 1,
  usage: 2,
  configuration: 3,
  "request-configuration": 3,
  "nobody-to-ask": 4,
  "no-code": 4,
  refused: 5,
  "request-refused": 5,
  unreachable: 5,
  locked: 6,
  interrupted: 130,
};

describe("a failure", () => {
  test.each(Object.entries(STATUS))("%s ends with status %d", (code, status) => {
    expect(new AskonceError(code as ErrorCode, "x").status).toBe(status);
  });

  test("is one line: what happened; what to do", () => {
    expect(new AskonceError("usage", "it broke", "mend it").line).toBe("askonce: it broke; mend it");
  });

  test("without a hint says what happened only", () => {
    expect(new AskonceError("usage", "it broke").line).toBe("askonce: it broke");
  });

  test.each(["\u001b]0;owned\u0007", "a\r\nb\n", "\u0000\u009b31m", "a\u2028b\u2029c", "\t\v\f\u007f"])(
    "drives no terminal and stays on its line: %j",
    (text) => {
      const { line } = new AskonceError("refused", `said ${text}`, text);
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(line).toMatch(/^askonce: said /);
    },
  );

  test("keeps the letters of every script", () => {
    expect(new AskonceError("refused", "profile 🔑 работа é").line).toBe("askonce: profile 🔑 работа é");
  });
});

describe("the reason of a failure", () => {
  test("is there for code, and not in its line", () => {
    const error = new AskonceError("configuration", "it broke", "mend it", "no-keys");
    expect([error.reason, error.line]).toEqual(["no-keys", "askonce: it broke; mend it"]);
  });

  test("may be missing", () => {
    expect(new AskonceError("usage", "it broke").reason).toBeUndefined();
  });
});

describe("whatever else is thrown", () => {
  test.each([new Error("AKIASECRET"), "AKIASECRET", { token: "AKIASECRET" }, undefined, null])(
    "is a bug whose text stays out of the line: %s",
    (thrown) => {
      const error = asAskonceError(thrown);
      expect(error.code).toBe("bug");
      expect(error.line).not.toContain("AKIASECRET");
      expect(error.line).toContain("ASKONCE_LOG");
      expect(error.cause).toBe(thrown);
    },
  );

  test("is left alone when it is a failure already", () => {
    const error = new AskonceError("locked", "x");
    expect(asAskonceError(error)).toBe(error);
  });
});

describe("a code read from a file", () => {
  test.each(Object.keys(STATUS))("is known: %s", (code) => {
    expect(isErrorCode(code)).toBe(true);
  });

  test.each(["", "__proto__", "constructor", "toString", "Usage"])("is not known: %j", (code) => {
    expect(isErrorCode(code)).toBe(false);
  });
});
