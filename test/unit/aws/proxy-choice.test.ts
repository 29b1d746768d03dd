import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { proxyFor } from "../../../src/aws/proxy-choice.ts";
import { networkSettings } from "../../../src/profile/network.ts";
import { needsTool } from "../../support/tools.ts";
import { failureOf } from "../support/failures.ts";

type Env = Record<string, string>;

const STS = "https://sts.eu-west-1.amazonaws.com";

function proxyOf(env: Env, url = STS) {
  return proxyFor(networkSettings([], env), new URL(url));
}

/** Environment, address, and the proxy's host. */
const CHOICES: [Env, string, string | undefined][] = [
  [{}, STS, undefined],
  [{ HTTPS_PROXY: "http://a" }, STS, "http://a"],
  [{ https_proxy: "http://a" }, STS, "http://a"],
  [{ https_proxy: "http://a", HTTPS_PROXY: "http://b" }, STS, "http://a"],
  [{ https_proxy: "", HTTPS_PROXY: "http://b" }, STS, undefined],
  [{ HTTPS_PROXY: "" }, STS, undefined],
  [{ HTTP_PROXY: "http://a" }, STS, undefined],
  [{ HTTPS_PROXY: "http://a" }, "http://localhost:4566", undefined],
  [{ HTTP_PROXY: "http://a" }, "http://localhost:4566", "http://a"],
  [{ HTTP_PROXY: "http://a", REQUEST_METHOD: "GET" }, "http://localhost:4566", undefined],
  [{ http_proxy: "http://a", REQUEST_METHOD: "GET" }, "http://localhost:4566", "http://a"],
  [{ HTTPS_PROXY: "http://a", REQUEST_METHOD: "GET" }, STS, "http://a"],
  [{ ALL_PROXY: "http://a", all_proxy: "http://a" }, STS, undefined],
  [{ npm_config_https_proxy: "http://a", npm_config_proxy: "http://a" }, STS, undefined],
  ...(
    [
      ["*", STS, false],
      ["*,x", STS, true],
      ["x,*", STS, true],
      ["*.amazonaws.com", STS, true],
      ["sts.eu-west-1.amazonaws.com", STS, false],
      ["STS.EU-WEST-1.amazonaws.com", STS, false],
      ["amazonaws.com", STS, false],
      [".amazonaws.com", STS, false],
      ["..amazonaws.com", STS, false],
      ["example.com, amazonaws.com ", STS, false],
      ["example.com amazonaws.com", STS, true],
      ["zonaws.com", STS, true],
      ["sts.eu-west-1.amazonaws.com:443", STS, true],
      [".sts.eu-west-1.amazonaws.com", STS, false],
      ["", STS, true],
      [",", STS, true],
      [".", STS, true],
      ["host", "https://host:8443", false],
      ["host:8443", "https://host:8443", false],
      ["host:8444", "https://host:8443", true],
      ["com:8443", "https://host.com:8443", false],
      ["127.0.0.1", "https://127.0.0.1:8443", false],
      ["127.0.0.0/8", "https://127.0.0.1:8443", true],
      ["0.0.1", "https://127.0.0.1:8443", false],
      ["[::1]", "https://[::1]:8443", false],
      ["[::1]:8443", "https://[::1]:8443", false],
      ["::1", "https://[::1]:8443", true],
      ["[::1]", "https://[::1]", false],
    ] as [string, string, boolean][]
  ).map(([names, url, applies]): [Env, string, string | undefined] => [
    { HTTPS_PROXY: "http://a", NO_PROXY: names },
    url,
    applies ? "http://a" : undefined,
  ]),
  [{ HTTPS_PROXY: "http://a", NO_PROXY: "*", no_proxy: "x" }, STS, "http://a"],
  [{ HTTPS_PROXY: "http://a", NO_PROXY: "*", no_proxy: "" }, STS, "http://a"],
];

describe("the proxy that is chosen", () => {
  test.each(CHOICES)("with %j for %s is %s", (env, url, proxy) => {
    expect(proxyOf(env, url)?.url.origin).toBe(proxy);
  });

  test("is Python's choice, whose rules the AWS CLI goes by", (context) => {
    needsTool(context, "python3");
    const choose = `
import json, os, sys
from urllib.parse import urlparse
from urllib.request import getproxies_environment, proxy_bypass_environment
def choose(env, url):
    os.environ.clear()
    os.environ.update(env)
    parsed = urlparse(url)
    return None if proxy_bypass_environment(parsed.netloc) else getproxies_environment().get(parsed.scheme)
print(json.dumps([choose(env, url) for env, url in json.load(sys.stdin)]))
`;
    const input = JSON.stringify(CHOICES.map(([env, url]) => [env, url]));
    const answers = JSON.parse(execFileSync("python3", ["-c", choose], { input, encoding: "utf8" }));
    expect(CHOICES.map(([env, url], index) => [env, url, answers[index] ?? undefined])).toEqual(CHOICES);
  });
});

describe("a proxy's address", () => {
  test.each([
    ["proxy", "http://proxy"],
    ["proxy:3128", "http://proxy:3128"],
    ["//proxy:3128", "http://proxy:3128"],
    ["http://proxy:3128/path?query", "http://proxy:3128"],
    ["HTTPS://proxy", "https://proxy"],
    ["[::1]:3128", "http://[::1]:3128"],
    ["jane:word@proxy:3128", "http://proxy:3128"],
  ])("%s is %s", (text, origin) => {
    const { url } = proxyOf({ HTTPS_PROXY: text }) ?? {};
    expect(url?.href).toBe(`${origin}/`);
  });

  test.each([
    ["http://proxy", undefined],
    ["http://jane:word@proxy", "jane:word"],
    ["http://jane@proxy", "jane:"],
    ["jane:word@proxy", "jane:word"],
    ["http://jane:p%40ss%3Aw%2Frd@proxy", "jane:p@ss:w/rd"],
    ["http://jane:p@ss@proxy", "jane:p@ss"],
    ["http://jane:50%off%21@proxy", "jane:50%off!"],
    ["http://j%C3%A9ane:%@proxy", "jéane:%"],
    ["http://DOMAIN%5Cjane:word@proxy", "DOMAIN\\jane:word"],
  ])("%s has the login %s", (text, login) => {
    const { authorization } = proxyOf({ HTTPS_PROXY: text }) ?? {};
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
    expect(authorization).toBe(expected);
  });

  test.each([
    "socks5://jane:word@proxy",
    "ftp://word",
    "http://",
    "http://jane:wo/word@proxy",
    "http://jane:12/word@proxy",
    "http://jane:12#word@proxy",
    "http://jane:12?word@proxy",
    "proxy:word",
    "http://[word",
  ])("%s is refused without a word of it", (text) => {
    const failure = failureOf(() => proxyOf({ HTTPS_PROXY: text }));
    expect(failure.code).toBe("request-configuration");
    expect(failure.message).toBe("HTTPS_PROXY holds no http or https address");
    expect(failure.line).not.toContain("word@");
  });

  test("is looked at only where it applies", () => {
    expect(proxyOf({ HTTPS_PROXY: "socks5://proxy", NO_PROXY: "amazonaws.com" })).toBeUndefined();
  });
});
