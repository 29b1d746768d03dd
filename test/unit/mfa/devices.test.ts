import { describe, expect, test } from "vitest";
import { codeMakers, deviceChoices, severalDevices } from "../../../src/mfa/devices.ts";
import { parseChoice } from "../../../src/terminal/choice.ts";
import { failureOf } from "../support/failures.ts";

const PHONE = "arn:aws:iam::123456789012:mfa/phone";
const TABLET = "arn:aws:iam::123456789012:mfa/tablet";
const TOKEN = "GAHT12345678";
const KEY = "arn:aws:iam::123456789012:u2f/user/jane/key";

describe("the device", () => {
  test.each([
    [[PHONE], PHONE],
    [[TOKEN], TOKEN],
    [[KEY, PHONE], PHONE],
    [[PHONE, KEY, `${KEY}2`], PHONE],
  ])("of %j is the only one that makes codes", (serials, device) => {
    expect(codeMakers(serials, "work")).toEqual([device]);
  });
});

test("where there are several, they are listed with how to name one", () => {
  const failure = failureOf(() => {
    throw severalDevices(codeMakers([PHONE, KEY, TABLET], "work"), "work");
  });
  expect(failure.status).toBe(3);
  expect(failure.message).toBe(`the user of work has 2 MFA devices: ${PHONE}, ${TABLET}`);
  expect(failure.hint).toMatch(/mfa_serial of profile work.*askonce login work/);
});

test("where there are only security keys, one of them is refused as what it is", () => {
  const failure = failureOf(() => codeMakers([KEY], "work"));
  expect(failure.status).toBe(3);
  expect(failure.message).toContain("is a security key");
});

test("where there is none, the user is told to add one", () => {
  const failure = failureOf(() => codeMakers([], "work"));
  expect(failure.status).toBe(3);
  expect(failure.message).toBe("the user of work has no MFA device");
});

describe("an answer to the list", () => {
  const choices = deviceChoices([PHONE, TABLET, TOKEN]);

  test.each([
    ["1", PHONE],
    [" 2 ", TABLET],
    ["03", TOKEN],
    ["tablet", TABLET],
    ["phon", PHONE],
    [PHONE, PHONE],
    ["GAHT12345678", TOKEN],
  ])("%j means %s", (text, serial) => {
    expect(parseChoice(text, choices)).toEqual({ value: serial });
  });

  test.each(["", "0", "4", "-1", "1.0", "hone", "123456"])("%j means none", (text) => {
    expect(parseChoice(text, choices)).toHaveProperty("complaint");
  });
});
