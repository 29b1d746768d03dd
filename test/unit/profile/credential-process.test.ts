import { describe, expect, test } from "vitest";
import { askonceRequest } from "../../../src/profile/credential-process.ts";
import { failureOf } from "../support/failures.ts";

describe("a command that is askonce is known", () => {
  test.each([
    "askonce get work",
    "/home/jane/.local/bin/askonce get work",
    "/x/askonce.mjs get work",
    "  askonce   get   work  ",
    `"/opt/my tools/askonce" get "work"`,
    "'/opt/my tools/askonce' get 'work'",
    "/opt/my\\ tools/askonce get work",
    "$HOME/.local/bin/askonce get work",
    "~/.local/bin/askonce get work",
    "askonce-get work",
    "/usr/local/bin/askonce-get work",
    "node /usr/lib/node_modules/askonce/dist/main.mjs get work",
    "/usr/bin/node /usr/lib/node_modules/askonce/dist/main.mjs get work",
    "/usr/bin/node /usr/local/bin/askonce get work",
    "npx askonce get work",
    `"C:\\Program Files\\nodejs\\askonce.cmd" get work`,
    `"C:\\Users\\jane\\askonce.exe" get work`,
    `"C:\\Program Files\\nodejs\\node.exe" "C:\\npm\\node_modules\\askonce\\dist\\main.mjs" get work`,
    "C:/Users/jane/askonce.cmd get work",
    "C:\\Users\\jane\\askonce.cmd get work",
    "/usr/lib/node_modules/askonce/dist/main.mjs get work",
  ])("%s", (command) => {
    expect(askonceRequest(command)).toEqual({ name: "work", flags: {} });
  });

  test("with its flags", () => {
    expect(askonceRequest("askonce get work --session-duration 1h --no-prompt --region=eu-west-1")).toEqual({
      name: "work",
      flags: { sessionDurationSeconds: 3_600, noPrompt: true, region: "eu-west-1" },
    });
  });

  test("with flags after the launcher's name", () => {
    expect(askonceRequest("askonce-get --region eu-west-1 work")).toEqual({
      name: "work",
      flags: { region: "eu-west-1" },
    });
  });

  test.each([
    [`askonce get "my profile"`, "my profile"],
    ["askonce get 'it is \"quoted\"'", 'it is "quoted"'],
    ["askonce get ../../etc/passwd", "../../etc/passwd"],
    ["askonce get __proto__", "__proto__"],
    ["askonce get -- -x", "-x"],
    ["askonce get 🔑", "🔑"],
    [`askonce get ${"n".repeat(300)}`, "n".repeat(300)],
  ])("with any name: %s", (command, name) => {
    expect(askonceRequest(command)?.name).toBe(name);
  });
});

describe("a command that is somebody else's is foreign", () => {
  test.each([
    "",
    "   ",
    "''",
    "aws-vault export --format=json work",
    "/opt/askonce/bin/other get work",
    "my-askonce get work",
    "askonce2 get work",
    "askonce-getter work",
    "node /usr/lib/node_modules/other/dist/main.mjs get work",
    "node /usr/lib/node_modules/not-askonce/dist/main.mjs get work",
    "node",
    "npx other get work",
    "cat askonce",
    "sh -c 'cat x' askonce",
  ])("%j", (command) => {
    expect(askonceRequest(command)).toBeUndefined();
  });

  test.each(["askonce login work", "askonce logout work", "askonce --version", "askonce get --help"])(
    "even if it is askonce that prints no credentials: %s",
    (command) => {
      expect(askonceRequest(command)).toBeUndefined();
    },
  );
});

test.each(["askonce", "askonce get", "askonce get a b", "askonce get work --nope", "askonce-get"])(
  "a line that askonce itself would refuse is refused in the same way: %s",
  (command) => {
    expect(failureOf(() => askonceRequest(command)).code).toBe("usage");
  },
);
