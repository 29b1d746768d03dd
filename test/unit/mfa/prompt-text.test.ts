import { describe, expect, test } from "vitest";
import {
  answeredLine,
  besideLines,
  dialogLines,
  notificationText,
  type PromptSubject,
  programNameOf,
  questionHint,
  questionLines,
  rejectionComplaint,
  slowProgramLine,
  spentComplaint,
  waitingLine,
} from "../../../src/mfa/prompt-text.ts";
import type { Session } from "../../../src/session/session.ts";
import { composeFrame } from "../../../src/terminal/frame.ts";
import { widthOf } from "../../../src/text/terminal-text.ts";

const DEVICE = "arn:aws:iam::123456789012:mfa/jane-phone";
const ADMIN = "arn:aws:iam::210987654321:role/path/admin";
const SUBJECT: PromptSubject = {
  caller: undefined,
  profile: "work",
  device: DEVICE,
  accountId: undefined,
  userName: "jane",
  sessionSeconds: 43_200,
  role: undefined,
  roles: [],
};
const ASKED_BY_AWS: PromptSubject = { ...SUBJECT, caller: "aws s3" };
const NARROW = 59;

describe("the question", () => {
  test("says whose session it is for, and account, user and device", () => {
    expect(questionLines(SUBJECT, undefined)).toEqual([
      "askonce · MFA session for work",
      "  account 123456789012 · user jane · device jane-phone",
    ]);
  });

  test("says which program asks", () => {
    expect(questionLines(ASKED_BY_AWS, undefined)).toEqual([
      "askonce · aws s3 needs an MFA session for work",
      "  account 123456789012 · user jane · device jane-phone",
    ]);
  });

  test("names the role that the code is sent with", () => {
    expect(questionLines({ ...SUBJECT, role: ADMIN }, undefined)[0]).toBe("askonce · role admin for work");
    expect(questionLines({ ...ASKED_BY_AWS, role: ADMIN }, undefined)[0]).toBe(
      "askonce · aws s3 needs role admin for work",
    );
  });

  test("names the last of the roles above the session", () => {
    const roles = ["arn:aws:iam::123456789012:role/base", ADMIN];
    expect(questionLines({ ...ASKED_BY_AWS, roles }, undefined)).toEqual([
      "askonce · aws s3 needs an MFA session for work",
      "  account 123456789012 · user jane · device jane-phone · role admin",
    ]);
  });

  test("says it in fewer words below 60 columns", () => {
    const account = "123456789012 · jane · jane-phone";
    expect(questionLines(ASKED_BY_AWS, undefined, NARROW)).toEqual(["aws s3 needs an MFA session: work", account]);
    expect(questionLines(SUBJECT, "no", NARROW)).toEqual(["MFA session: work", account, "✗ no"]);
    expect(questionLines({ ...ASKED_BY_AWS, role: ADMIN }, undefined, NARROW)[0]).toBe("aws s3 needs role admin: work");
    expect(questionLines({ ...SUBJECT, roles: [ADMIN] }, undefined, NARROW)[1]).toBe(`${account} · role admin`);
    expect(questionLines(ASKED_BY_AWS, undefined, 60)).toEqual(questionLines(ASKED_BY_AWS, undefined));
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

describe("at a narrow terminal, with a long name,", () => {
  const profile = "customer-with-a-rather-long-name-production-administrator";
  const frameAt = (columns: number) =>
    composeFrame(
      {
        title: questionLines({ ...ASKED_BY_AWS, profile, roles: [ADMIN] }, undefined, columns),
        ...{ message: "Code", typed: "123", cursor: 3, places: 6, complaint: undefined, secondsLeft: 48 },
        hint: questionHint(SUBJECT),
      },
      columns,
      24,
      false,
    );

  test("the question wraps at 40 columns, and the note at the right gives way", () => {
    expect(frameAt(40).lines).toEqual([
      "aws s3 needs an MFA session:",
      "  customer-with-a-rather-long-name-prod",
      "  uction-administrator",
      "123456789012 · jane · jane-phone · role",
      "  admin",
      `? Code 123___${" ".repeat(17)}48 s left`,
    ]);
  });

  test("so it does at 20 columns, where there is room for the seconds alone", () => {
    const { lines } = frameAt(20);
    for (const line of lines) expect(widthOf(line)).toBeLessThan(20);
    expect(lines.join("").replace(/ /g, "")).toContain(profile);
    expect(lines.at(-1)).toBe("? Code 123___  48 s");
  });
});

describe("a question that stands elsewhere", () => {
  const asked = { where: "pts/3", caller: "terraform" };

  test("can be answered beside it", () => {
    expect(besideLines(SUBJECT, asked, undefined, 80)).toEqual([
      "askonce · waiting for the code asked in pts/3 by terraform. You can type it here instead:",
      "  account 123456789012 · user jane · device jane-phone",
    ]);
    expect(besideLines(SUBJECT, { where: "a dialog", caller: undefined }, undefined, 80)[0]).toBe(
      "askonce · waiting for the code asked in a dialog. You can type it here instead:",
    );
  });

  test("can be answered so in few words", () => {
    expect(besideLines(SUBJECT, asked, undefined, NARROW)).toEqual([
      "asked in pts/3 by terraform; or here:",
      "123456789012 · jane · jane-phone",
    ]);
    expect(besideLines(SUBJECT, { ...asked, where: "mfa_process" }, undefined, NARROW)[0]).toBe(
      "mfa_process, run by terraform; or here:",
    );
  });

  test.each([
    ["pts/3", "terraform", "askonce · waiting for the code asked in pts/3 by terraform"],
    ["a dialog", undefined, "askonce · waiting for the code asked in a dialog"],
    ["mfa_process", "terraform", "askonce · waiting for mfa_process, run by terraform"],
    ["mfa_process", undefined, "askonce · waiting for mfa_process"],
  ])("is waited for: %s, %s", (where, caller, line) => {
    expect(waitingLine({ where, caller })).toBe(line);
  });
});

describe("a program that gives the code", () => {
  test("is waited for by its name", () => {
    expect(slowProgramLine("ykman")).toBe("askonce · waiting for the code from ykman; a security key may want a touch");
  });

  test.each([
    ["ykman oath accounts code -s secret", "ykman"],
    ["/usr/local/bin/ykman secret", "ykman"],
    ["'/opt/my tools/code maker' secret", "code maker"],
    ['"ykman" "secret"', "ykman"],
    ["env TOKEN=secret ykman", "env"],
    [`${"y".repeat(50)} secret`, "y".repeat(40)],
    ["y\x07k\u202eman secret", "y k man"],
  ])("has a name without its arguments: %j: %s", (command, name) => {
    expect(programNameOf(command)).toBe(name);
  });

  test.each([
    ...["TOKEN=secret ykman", "'TOKEN=secret' ykman", "cd secret && ykman", "echo secret | ykman", "$(secret)"],
    ...["ykman; secret", "ykman `secret`", "~/secret", "", "  ", "''", "secret/", "\x1b", "ykman\nsecret"],
  ])("is mfa_process where a shell runs it, or nothing: %j", (command) => {
    expect(programNameOf(command)).toBe("mfa_process");
  });
});

describe("away from the terminal", () => {
  test("a notification says what to do", () => {
    expect(notificationText(ASKED_BY_AWS)).toEqual({
      title: "askonce",
      body: "aws s3 needs an MFA session for work: run `askonce login work` in a terminal",
    });
    expect(notificationText({ ...SUBJECT, profile: "my work" }).body).toBe(
      "MFA session for my work: run `askonce login 'my work'` in a terminal",
    );
  });

  test("a dialog says the same as the terminal, and for how long the answer is good", () => {
    const lines = [
      "askonce · aws s3 needs an MFA session for work",
      "account 123456789012 · user jane · device jane-phone",
      "answers for 12 h",
    ];
    expect(dialogLines(ASKED_BY_AWS, undefined)).toEqual(lines);
    expect(dialogLines(ASKED_BY_AWS, "no")).toEqual([...lines, "✗ no"]);
  });
});

test("names from files drive no screen, whoever shows them", () => {
  const evil = (name: string): string => `${name}\x1b]0;x\x07\r\n\u202e\u2028\u200b`;
  const subject: PromptSubject = {
    ...{
      caller: evil("aws"),
      profile: evil("work"),
      device: evil("phone"),
      accountId: evil("1"),
      userName: evil("jane"),
    },
    ...{ sessionSeconds: 43_200, role: evil("arn:aws:iam::1:role/admin"), roles: [evil("arn:aws:iam::1:role/top")] },
  };
  const asked = { where: evil("pts/3"), caller: evil("terraform") };
  const texts = [80, 40].flatMap((columns) => [
    ...questionLines(subject, evil("no"), columns),
    ...besideLines(subject, asked, undefined, columns),
  ]);
  const { title, body } = notificationText(subject);
  texts.push(...dialogLines(subject, evil("no")), title, body, waitingLine(asked), slowProgramLine(evil("ykman")));
  for (const text of texts) expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

describe("the line that stays", () => {
  const local = (hours: number, minutes: number, day = 15): number => new Date(2030, 0, day, hours, minutes).getTime();
  const until = (expiresAtMs: number, clockOffsetMs = 0): Session => ({
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
