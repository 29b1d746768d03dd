import { describe, expect, test } from "vitest";
import { refuseLoop } from "../../../src/refresh/loop-guard.ts";
import { failureOf } from "../support/failures.ts";
import { contextOf, DEVICE, plainRequest, plainSource } from "../support/profiles.ts";

const VARIABLE = "ASKONCE_RESOLVING";

function named(name: string, accessKeyId = `AKIA${name}`) {
  return plainRequest({ name, source: keysSource(name, accessKeyId) });
}

function keysSource(profile: string, accessKeyId: string, serial: string | undefined = DEVICE) {
  return plainSource({
    profile,
    keys: { profile, accessKeyId, secretAccessKey: "s" },
    mfa: { serial, program: undefined },
  });
}

/** The environment a child of this request would start with. */
function below(env: Record<string, string | undefined>, request = named("work")): Record<string, string | undefined> {
  const context = contextOf(env);
  refuseLoop(request, context);
  return context.childEnvironment;
}

test("the children carry the session being resolved", () => {
  expect(below({ PATH: "/bin" })).toMatchObject({ PATH: "/bin", [VARIABLE]: expect.stringMatching(/:work$/) });
});

test("the run's own environment stays as it is", () => {
  const env = { PATH: "/bin" };
  below(env);
  expect(env).toEqual({ PATH: "/bin" });
});

test("the list shows no access key", () => {
  expect(below({}, named("work", "AKIASECRET"))[VARIABLE]).not.toContain("AKIASECRET");
});

describe("a session that is being resolved above", () => {
  test("is a loop, spelt out", () => {
    const failure = failureOf(() => below(below({})));
    expect(failure.status).toBe(3);
    expect(failure.message).toMatch(/: work -> work$/);
  });

  test("is a loop under another name", () => {
    const alias = { ...named("work"), name: "alias" };
    expect(failureOf(() => below(below({}), alias)).message).toMatch(/: work -> alias$/);
  });

  test("is a loop through others, which are named", () => {
    const env = below(below(below({}, named("a")), named("b")), named("c"));
    expect(failureOf(() => below(env, named("b"))).message).toMatch(/: b -> c -> b$/);
  });

  test("is named as it was asked for, blanks, colons and all", () => {
    const name = "my: profile 100% 🔑\n";
    const env = below({}, named(name));
    expect(env[VARIABLE]).toMatch(/^\S+$/);
    expect(failureOf(() => below(env, named(name))).message).toContain(`${name} -> ${name}`);
  });

  test("is a loop when its device had still to be found there and is named here", () => {
    const unnamed = plainSource({ ...keysSource("work", "AKIAwork"), mfa: { serial: undefined, program: undefined } });
    const env = below({}, { ...named("work"), source: unnamed });
    expect(failureOf(() => below(env, named("work"))).code).toBe("configuration");
  });
});

describe("another session", () => {
  test.each([
    ["of another key", { source: keysSource("work", "AKIAOTHER") }],
    ["of another device", { source: keysSource("work", "AKIAwork", `${DEVICE}2`) }],
    [
      "at another endpoint",
      { endpoint: { fips: false, dualStack: false, legacyGlobal: false, stsUrl: "http://localhost" } },
    ],
    ["at the FIPS endpoint", { endpoint: { fips: true, dualStack: false, legacyGlobal: false } }],
  ])("%s is no loop", (_, changes) => {
    const env = below(below({}), { ...named("work"), ...changes });
    expect(env[VARIABLE]?.split(" ")).toHaveLength(2);
  });
});

test.each(["", "   ", ":", "x", "a:b:c", ":::: ::", "%zz:%", "\0", "x".repeat(100_000)])(
  "what makes no sense in the list is no loop (%#)",
  (value) => {
    expect(below({ [VARIABLE]: value })[VARIABLE]).toMatch(/:work$/);
  },
);
