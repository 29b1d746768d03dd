import { describe, expect, test } from "vitest";
import { childEnvironment, isTrue, nonEmpty, terminalOptions } from "../../../src/runtime/environment.ts";

test.each(["true", "TRUE", "True", " true "])("%j is true", (value) => {
  expect(isTrue(value)).toBe(true);
});

test.each([undefined, "", "1", "yes", "on", "false", "truee"])("%j is not true", (value) => {
  expect(isTrue(value)).toBe(false);
});

test.each([undefined, "", " ", "\t\n"])("%j is no value", (value) => {
  expect(nonEmpty(value)).toBeUndefined();
});

test("a value loses its outer blanks", () => {
  expect(nonEmpty(" https://host ")).toBe("https://host");
});

describe("the environment for children", () => {
  const parent = Object.freeze({
    PATH: "/bin",
    AWS_PROFILE: "work",
    AWS_CONFIG_FILE: "/x",
    AWS_ACCESS_KEY_ID: "AKIA",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "token",
    AWS_SECURITY_TOKEN: "token",
    NODE_OPTIONS: "--inspect",
  });

  test("has none of the caller's credentials and nothing that changes how Node starts", () => {
    expect(childEnvironment(parent)).toEqual({ PATH: "/bin", AWS_PROFILE: "work", AWS_CONFIG_FILE: "/x" });
  });

  test("is a copy", () => {
    childEnvironment(parent).PATH = "/elsewhere";
    expect(parent.PATH).toBe("/bin");
  });
});

describe("the terminal", () => {
  test("has colours by default", () => {
    expect(terminalOptions({ TERM: "xterm", PATH: "/bin" })).toEqual({ colours: true, searchPath: "/bin" });
  });

  test.each([{ TERM: "xterm", NO_COLOR: "1" }, { TERM: "xterm", NO_COLOR: "0" }, { TERM: "dumb" }, { TERM: "" }, {}])(
    "has none with %j",
    (env) => {
      expect(terminalOptions(env)).toEqual({ colours: false, searchPath: "" });
    },
  );

  test("has colours when NO_COLOR is empty (no-color.org)", () => {
    expect(terminalOptions({ TERM: "xterm", NO_COLOR: "" }).colours).toBe(true);
  });
});
