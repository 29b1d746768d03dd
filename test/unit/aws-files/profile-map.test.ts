import { describe, expect, test } from "vitest";
import { parseIni } from "../../../src/aws-files/ini.ts";
import { profilesOf, servicesOf } from "../../../src/aws-files/profile-map.ts";

function profiles(config: string, credentials = "") {
  return profilesOf(parseIni(config, "config"), parseIni(credentials, "credentials"));
}

function services(config: string): unknown {
  const all = [...servicesOf(parseIni(config, "config"))];
  return Object.fromEntries(all.map(([name, ids]) => [name, Object.fromEntries(ids)]));
}

describe("the name of a profile in the config file", () => {
  test.each<[string, string | undefined]>([
    ["[profile a]", "a"],
    ["[profile\ta]", "a"],
    ["[profile   a  ]", "a"],
    ['[profile "my work"]', "my work"],
    ["[profile 'my work']", "my work"],
    ["[profile my\\ work]", "my work"],
    ["[profile my' 'work]", "my work"],
    ["[profile my work]", undefined],
    [`[profile "it's"]`, "it's"],
    ["[profile it's]", undefined],
    ["[profile 'say \"hi\"']", 'say "hi"'],
    ['[profile "say \\"hi\\""]', 'say "hi"'],
    ['[profile "a\\b"]', "a\\b"],
    ["[profile 'a\\b']", "a\\b"],
    ["[profile a\\b]", "ab"],
    ["[profile a\\]", undefined],
    ['[profile ""]', ""],
    ["[profile 😀]", "😀"],
    ["[profile Ünï]", "Ünï"],
    ["[profile __proto__]", "__proto__"],
    ["[profile a#b]", "a#b"],
    ["[profile $HOME]", "$HOME"],
    ["[profile *;|]", "*;|"],
    ["[profile default]", "default"],
    ["[default]", "default"],
    ["[profile]", undefined],
    ["[ profile a]", undefined],
    ["[Profile a]", undefined],
    ["[a]", undefined],
    ["[my work]", undefined],
    ["[services a]", undefined],
    ["[sso-session a]", undefined],
    ["[profile a] # work", "a"],
    ["[profiles a]", "a"],
  ])("%s is %j", (line, name) => {
    expect([...profiles(`${line}\nregion = r\n`).keys()]).toEqual(name === undefined ? [] : [name]);
  });
});

describe("the name of a profile in the credentials file", () => {
  test.each([
    ["[a]", "a"],
    ["[my work]", "my work"],
    ['["a"]', '"a"'],
    ["[profile a]", "profile a"],
    ["[services a]", "services a"],
    ["[__proto__]", "__proto__"],
    ["[default]", "default"],
  ])("%s is %j", (line, name) => {
    expect([...profiles("", `${line}\nx = 1\n`).keys()]).toEqual([name]);
  });
});

describe("a profile", () => {
  test("has the keys of both files, those of the credentials above", () => {
    const all = profiles('[profile "my work"]\nx = 1\ny = 1\n', "[my work]\ny = 2\nz = 2\n");
    expect(Object.fromEntries(all)).toEqual({ "my work": { x: "1", y: "2", z: "2" } });
  });

  test.each([
    ["[default]\nx = 1\ny = 1\n[profile default]\nx = 2\n", "default"],
    ["[profile default]\nx = 1\ny = 1\n[default]\nx = 2\n", "default"],
    ['[profile a]\nx = 1\ny = 1\n[profile "a"]\nx = 2\n', "a"],
  ])("of two sections is the last one alone: %j", (config, name) => {
    expect(Object.fromEntries(profiles(config))).toEqual({ [name]: { x: "2" } });
  });

  test("has no text for a key with lines below it, though the config file had one", () => {
    const keys = profiles("[profile a]\nregion = r\n", "[a]\nregion =\n  x = 1\n").get("a");
    expect(Object.entries(keys ?? {})).toEqual([["region", undefined]]);
  });

  test("may be called __proto__ and have such a key", () => {
    const all = profiles("[profile __proto__]\nx = 1\n[profile a]\n__proto__ = y\n", "[__proto__]\n__proto__ = z\n");
    expect([...all].map(([name, keys]) => [name, Object.entries(keys)])).toEqual([
      [
        "__proto__",
        [
          ["x", "1"],
          ["__proto__", "z"],
        ],
      ],
      ["a", [["__proto__", "y"]]],
    ]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test("is listed where it first stands", () => {
    const all = profiles("[profile b]\n[default]\n[profile a]\n[profile default]\n", "[c]\n[a]\n");
    expect([...all.keys()]).toEqual(["b", "default", "a", "c"]);
  });
});

describe("services", () => {
  test("are told by name and id, apart from profiles", () => {
    const config =
      "[services local]\nsts =\n  endpoint_url = http://s # x\n  A = b\nIAM =\n  endpoint_url = http://i\nregion = r\n" +
      '[services "my own"]\nsts =\n  endpoint_url = http://o\n[profile services.local]\nregion = r\n[sso-session x]\ny = 1\n';
    expect(services(config)).toEqual({
      local: { sts: { endpoint_url: "http://s", A: "b" }, iam: { endpoint_url: "http://i" } },
      "my own": { sts: { endpoint_url: "http://o" } },
    });
    expect(Object.fromEntries(profiles(config))).toEqual({ "services.local": { region: "r" } });
  });

  test("without a name, or with two, are none", () => {
    expect(services("[services]\nsts =\n  x = 1\n[services a b]\nsts =\n  x = 1\n")).toEqual({});
  });
});
