import { describe, expect, test } from "vitest";
import {
  answeredLine,
  questionHint,
  questionLines,
  rejectionComplaint,
  type Subject,
  spentComplaint,
} from "../../../src/mfa/question.ts";
import type { Session } from "../../../src/session.ts";

const DEVICE = "arn:aws:iam::123456789012:mfa/jane-phone";
const SUBJECT: Subject = {
  profile: "work",
  device: DEVICE,
  accountId: undefined,
  userName: "jane",
  sessionSeconds: 43_200,
  role: undefined,
};

describe("the question", () => {
  test("says whose session it is for, and account, user and device", () => {
    expect(questionLines(SUBJECT, undefined)).toEqual([
      "askonce · MFA session for work",
      "  account 123456789012 · user jane · device jane-phone",
    ]);
  });

  test("names the role that the code is sent with", () => {
    const subject = { ...SUBJECT, role: "arn:aws:iam::210987654321:role/path/admin" };
    expect(questionLines(subject, undefined)[0]).toBe("askonce · role admin for work");
  });

  test("leaves out what is not known", () => {
    const subject = { ...SUBJECT, device: "GAHT123", userName: undefined };
    expect(questionLines(subject, undefined)[1]).toBe("  device GAHT123");
  });

  test("takes a known account rather than the device's", () => {
    expect(questionLines({ ...SUBJECT, accountId: "210987654321" }, undefined)[1]).toContain("account 210987654321");
  });

  test("ends with what was wrong with the last answer", () => {
    expect(questionLines(SUBJECT, "no").at(-1)).toBe("✗ no");
  });

  test("says for how long the answer is good", () => {
    expect(questionHint(SUBJECT)).toBe("answers for 12 h");
  });
});

describe("the line that stays", () => {
  const local = (hours: number, minutes: number, day = 15): number => new Date(2030, 0, day, hours, minutes).getTime();
  const until = (expiresAtMs: number, clockOffsetMs = 0): Session => ({
    accessKeyId: "ASIASECRET",
    secretAccessKey: "secret",
    sessionToken: "token",
    issuedAtMs: 0,
    expiresAtMs,
    clockOffsetMs,
  });

  test("says until when, in the user's own time", () => {
    expect(answeredLine("work", until(local(21, 5)), local(9, 5))).toBe("✓ MFA session for work until 21:05");
  });

  test("names the day when it is another one", () => {
    // 16 January 2030 is a Wednesday.
    expect(answeredLine("work", until(local(9, 5, 16)), local(21, 5))).toBe(
      "✓ MFA session for work until Wednesday 09:05",
    );
  });

  test("shows the time that the user's clock will show, also where that is wrong", () => {
    const offset = 10 * 60_000;
    expect(answeredLine("work", until(local(21, 15) /* the server's */, offset), local(9, 0))).toMatch(/until 21:05$/);
  });

  test("has nothing of the session in it", () => {
    expect(answeredLine("work", until(local(21, 5)), local(9, 5))).not.toMatch(/ASIA|secret|token/);
  });
});

describe("a complaint", () => {
  test.each(["wrong", "not-this-users-device"] as const)("about a code that is %s names device and try", (reason) => {
    expect(rejectionComplaint(reason, DEVICE, 2)).toMatch(/jane-phone.*\(try 2 of 3\)$/);
  });

  test("tells a wrong code from a wrong device", () => {
    expect(rejectionComplaint("wrong", DEVICE, 2)).not.toBe(rejectionComplaint("not-this-users-device", DEVICE, 2));
  });

  test.each(["used", "rejected"] as const)("about a code that was %s says when the next one comes", (was) => {
    expect(spentComplaint({ was, agoMs: 11_600 }, 3_200)).toBe(
      `that code was ${was} 12 s ago; the next one comes in 4 s`,
    );
  });
});
