/** Networks as people have them: proxies of every kind, private CAs, IPv6, and servers that do not answer. */

import { mkdirSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { describe, expect, it } from "vitest";
import { answerOf, type Outcome, PROGRAM } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import {
  certificate,
  closeAfterTest,
  type ListenOptions,
  type ProxyOptions,
  startForwarder,
  startProxy,
} from "../support/proxies.ts";
import { needs } from "../support/tools.ts";

const CA = certificate("ca");
const OTHER_CA = certificate("other-ca");
const LOGIN = "jane:p@ss/w%rd:é";
const ENCODED_LOGIN = "jane:p%40ss%2Fw%25rd%3A%C3%A9";

withFreshHomes(() => {
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode();
});

type Env = Record<string, string>;

const proxy = async (options?: ProxyOptions) => closeAfterTest(await startProxy(options));
const forwarder = async (options: ListenOptions) => closeAfterTest(await startForwarder(aws.port, options));

/** AWS by TLS, with the CA that signed its certificate. */
async function behindTls(): Promise<Env> {
  return { AWS_ENDPOINT_URL: (await forwarder({ tls: true })).url, AWS_CA_BUNDLE: CA };
}

/** `get` for a device that is named, so that there is one call. */
function get(env: Env = {}, ...flags: string[]): Promise<Outcome> {
  return home.run(["get", "work-keys", "--mfa-serial", aws.fixture.jane.devices.phone.serial, ...flags], { env });
}

/** The one line of a run that could not reach AWS. */
function trouble({ status, stdout, stderr }: Outcome): string {
  expect({ status, stdout }).toEqual({ status: 5, stdout: "" });
  expect(stderr).toMatch(/^askonce: [^\n]+; [^\n]+\n$/);
  return stderr;
}

function needsIpv6(context: Parameters<typeof needs>[0]): void {
  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
  needs(context, hasIpv6, "::1 on the loopback interface");
}

describe("a proxy", () => {
  it.each(["HTTPS_PROXY", "https_proxy"])("of %s is asked to connect to an https endpoint", async (variable) => {
    const [its, env] = [await proxy(), await behindTls()];
    answerOf(await get({ ...env, [variable]: its.url }));
    expect(its.connects).toEqual([new URL(env.AWS_ENDPOINT_URL ?? "").host]);
    expect(its.requests).toEqual([]);
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it.each(["HTTP_PROXY", "http_proxy"])("of %s is handed the requests to an http endpoint", async (variable) => {
    const its = await proxy();
    answerOf(await get({ [variable]: its.url }));
    expect(its.requests).toEqual([`${aws.url}/`]);
    expect(its.connects).toEqual([]);
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it("is used for IAM and roles too", async () => {
    const [its, env] = [await proxy(), await behindTls()];
    answerOf(await home.run(["get", "admin"], { env: { ...env, HTTPS_PROXY: its.url } }));
    const actions = aws.calls().map(({ action }) => action);
    expect(actions).toEqual(["ListMFADevices", "GetSessionToken", "AssumeRole"]);
    expect(its.connects).toHaveLength(3);
  });

  it("is asked for AWS's own host where no endpoint is set", async () => {
    const its = await proxy({ fault: 502 });
    const env = { AWS_ENDPOINT_URL: "", HTTPS_PROXY: its.url };
    trouble(await get(env, "--region", "eu-west-1"));
    expect(its.connects).toEqual(["sts.eu-west-1.amazonaws.com:443"]);
  });

  it.each([
    ["HTTP_PROXY", true],
    ["HTTPS_PROXY", false],
    ["ALL_PROXY", true],
    ["npm_config_https_proxy", true],
    ["npm_config_proxy", true],
  ])("of %s has no say where the endpoint is another kind", async (variable, tls) => {
    const [its, env] = [await proxy(), tls ? await behindTls() : {}];
    answerOf(await get({ ...env, [variable]: its.url }));
    expect(its.connections).toBe(0);
  });

  it("is that of the lower case, where both are set", async () => {
    const [lower, upper] = [await proxy(), await proxy()];
    answerOf(await get({ http_proxy: lower.url, HTTP_PROXY: upper.url }));
    expect([lower.requests.length, upper.connections]).toEqual([1, 0]);
  });

  it("is none, where the lower case is empty", async () => {
    const its = await proxy();
    answerOf(await get({ http_proxy: "", HTTP_PROXY: its.url }));
    expect(its.connections).toBe(0);
  });

  it("may be written without http://", async () => {
    const its = await proxy();
    answerOf(await get({ HTTP_PROXY: `127.0.0.1:${its.port}` }));
    expect(its.requests).toHaveLength(1);
  });

  it("may be reached by TLS, and is trusted by the CA bundle", async () => {
    const [its, env] = [await proxy({ tls: true }), await behindTls()];
    answerOf(await get({ ...env, HTTPS_PROXY: its.url }));
    expect(its.connects).toHaveLength(1);
  });

  it("that is reached by TLS is not trusted without it", async () => {
    const its = await proxy({ tls: true });
    expect(trouble(await get({ HTTP_PROXY: its.url }))).toContain(`127.0.0.1:${its.port}`);
    expect(its.requests).toEqual([]);
  });

  it.each(["NO_PROXY", "no_proxy"])("is passed by for what %s names", async (variable) => {
    const its = await proxy();
    answerOf(await get({ HTTP_PROXY: its.url, [variable]: "localhost, 127.0.0.1" }));
    expect(its.connections).toBe(0);
  });

  it("that asks for a user and password is told them, percent-encoded as they are", async () => {
    const [its, env] = [await proxy({ login: LOGIN }), await behindTls()];
    const address = its.url.replace("//", `//${ENCODED_LOGIN}@`);
    answerOf(await get({ ...env, HTTPS_PROXY: address }));
    home.showCode();
    answerOf(await home.run(["login", "work-keys"], { env: { HTTP_PROXY: address } }).then(() => get()));
    expect([its.connects.length, its.requests.length]).toEqual([1, 2]);
  });

  it.each([
    ["http", {}],
    ["https", { tls: true }],
  ] as const)("that asks for others says so, for an %s endpoint", async (_, { tls = false }: { tls?: boolean }) => {
    const its = await proxy({ login: LOGIN });
    const env = tls ? await behindTls() : {};
    const address = its.url.replace("//", "//jane:not%2Dthe-word@");
    const line = trouble(await get({ ...env, HTTP_PROXY: address, HTTPS_PROXY: address }));
    expect(line).toContain(`the proxy 127.0.0.1:${its.port} wants a user and password`);
    expect(line).not.toMatch(/jane:|the-word/);
    expect(aws.calls()).toEqual([]);
  });

  it("that cannot connect says so", async () => {
    const [its, env] = [await proxy({ fault: 502 }), await behindTls()];
    const line = trouble(await get({ ...env, HTTPS_PROXY: its.url.replace("//", "//jane:word@") }));
    expect(line).toContain(`the proxy 127.0.0.1:${its.port} does not connect to AWS (it answered 502)`);
    expect(line).not.toContain("word");
  });

  it("that hangs up is named", async () => {
    const [its, env] = [await proxy({ fault: "hangs up" }), await behindTls()];
    const line = trouble(await get({ ...env, HTTPS_PROXY: its.url.replace("//", "//jane:word@") }));
    expect(line).toContain(`through the proxy 127.0.0.1:${its.port} (ECONNRESET)`);
    expect(line).not.toContain("word");
  });

  it("that is not there is named", async () => {
    const line = trouble(await get({ HTTP_PROXY: "http://jane:word@127.0.0.1:9" }));
    expect(line).toContain("cannot reach 127.0.0.1 through the proxy 127.0.0.1:9 (ECONNREFUSED)");
    expect(line).not.toContain("word");
  });

  it.each(["socks5://jane:the-word@127.0.0.1:9", "http://jane:the/word@127.0.0.1:9", "http://"])(
    "that is no address is refused without a word of it: %s",
    async (address) => {
      const { status, stdout, stderr } = await get({ HTTP_PROXY: address });
      expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
      expect(stderr).toMatch(/^askonce: HTTP_PROXY holds no http or https address; [^\n]+\n$/);
      expect(stderr).not.toMatch(/jane|word@/);
    },
  );

  it("does not make the agents' debug log speak", async () => {
    const its = await proxy();
    answerOf(await get({ HTTP_PROXY: its.url.replace("//", "//jane:word@"), DEBUG: "*", DEBUG_COLORS: "1" }));
    expect(its.requests).toHaveLength(1);
  });
});

describe("a proxy that takes the connection and says nothing", () => {
  it.each([false, true])("ends at the deadline (by TLS: %s)", async (tls) => {
    const its = await proxy({ fault: "silent" });
    const env = tls ? await behindTls() : {};
    const startedMs = Date.now();
    const line = trouble(await get({ ...env, HTTP_PROXY: its.url, HTTPS_PROXY: its.url }, "--deadline", "5"));
    const tookMs = Date.now() - startedMs;
    expect(line).toMatch(/(localhost|127.0.0.1) did not answer in time for work-keys/);
    expect([tookMs > 4_000, tookMs < 12_000], `${tookMs} ms`).toEqual([true, true]);
    expect(its.connections).toBe(1);
  });

  it("ends after the time for a connection, and is named", async () => {
    const [its, env] = [await proxy({ fault: "silent" }), await behindTls()];
    const startedMs = Date.now();
    const line = trouble(await get({ ...env, HTTPS_PROXY: its.url }));
    const tookMs = Date.now() - startedMs;
    expect(line).toContain(`through the proxy 127.0.0.1:${its.port} (TimeoutError)`);
    expect([tookMs > 4_000, tookMs < 25_000], `${tookMs} ms`).toEqual([true, true]);
  });

  it("does not keep a session that is there from being served", async () => {
    answerOf(await get());
    aws.clearCalls();
    const its = await proxy({ fault: "silent" });
    answerOf(await get({ HTTP_PROXY: its.url, HTTPS_PROXY: its.url, AWS_CA_BUNDLE: "/nowhere/ca.pem" }));
    expect([its.connections, aws.calls()]).toEqual([0, []]);
  });
});

describe("a hit", () => {
  it("connects to nobody, whatever proxy, bundle or address is set", async () => {
    answerOf(await get());
    aws.clearCalls();
    const settings = { AWS_CA_BUNDLE: "/nowhere/ca.pem", NO_PROXY: "," };
    for (const address of ["http://127.0.0.1:9", "socks5://nobody"])
      answerOf(await get({ ...settings, HTTPS_PROXY: address, HTTP_PROXY: address }));
    expect(aws.calls()).toEqual([]);
    expect(home.prompts).toBe(1);
  });
});

describe("a private CA", () => {
  it("is taken from AWS_CA_BUNDLE", async () => {
    answerOf(await get(await behindTls()));
  });

  it("is taken from the profile that is asked for, or the next one below", async () => {
    const { AWS_ENDPOINT_URL = "" } = await behindTls();
    home.configure(`mfa_process = ${home.phone()}\nca_bundle = ${CA}`, `[profile above]\nsource_profile = work-keys\n`);
    answerOf(await home.run(["get", "above"], { env: { AWS_ENDPOINT_URL } }));
    home.configure("", `[profile nearer]\nca_bundle = ${OTHER_CA}\nsource_profile = work-keys\n`);
    expect(
      trouble(
        await home.run(["login", "nearer", "--code", "-"], { env: { AWS_ENDPOINT_URL }, input: aws.freshCode() }),
      ),
    ).toContain("UNABLE_TO");
  });

  it("of AWS_CA_BUNDLE stands above the profile's", async () => {
    home.configure(`mfa_process = ${home.phone()}\nca_bundle = ${OTHER_CA}`);
    answerOf(await get(await behindTls()));
  });

  it("that is not set is not trusted, and the line says what to do", async () => {
    const { AWS_ENDPOINT_URL = "" } = await behindTls();
    const line = trouble(await get({ AWS_ENDPOINT_URL }));
    expect(line).toMatch(/cannot reach 127\.0\.0\.1 \(UNABLE_TO_\w+\); .*AWS_CA_BUNDLE or ca_bundle/);
    expect(aws.calls()).toEqual([]);
  });

  it("is not needed with Node's own NODE_EXTRA_CA_CERTS", async () => {
    const { AWS_ENDPOINT_URL = "" } = await behindTls();
    answerOf(await get({ AWS_ENDPOINT_URL, NODE_EXTRA_CA_CERTS: CA }));
  });

  it("takes the place of all others", async () => {
    const env = await behindTls();
    expect(trouble(await get({ ...env, NODE_EXTRA_CA_CERTS: CA, AWS_CA_BUNDLE: OTHER_CA }))).toContain("UNABLE_TO");
  });

  it.each([false, true])(
    "is asked for whatever NODE_TLS_REJECT_UNAUTHORIZED says (through a proxy: %s)",
    async (through) => {
      const { AWS_ENDPOINT_URL = "" } = await behindTls();
      const its = through ? { HTTPS_PROXY: (await proxy()).url } : {};
      for (const bundle of [{}, { AWS_CA_BUNDLE: OTHER_CA }] as Env[]) {
        home.showCode();
        const outcome = await get({ AWS_ENDPOINT_URL, NODE_TLS_REJECT_UNAUTHORIZED: "0", ...its, ...bundle });
        expect(trouble(outcome)).toContain("UNABLE_TO");
      }
      expect(aws.calls()).toEqual([]);
    },
  );

  it("is taken with others in the file", async () => {
    const both = `# two of them\n${readFileSync(OTHER_CA, "utf8")}\n${readFileSync(CA, "utf8")}# the end\n`;
    answerOf(await get({ ...(await behindTls()), AWS_CA_BUNDLE: home.write("both.pem", both) }));
  });

  it.each([
    ["is not there", () => join(home.path, "nowhere.pem"), "cannot be read (ENOENT)"],
    ["is a directory", () => home.path, "is no file"],
    ["is without measure", sparse, "is larger than any bundle"],
    ["is empty", () => home.write("ca.pem", ""), "holds no certificate"],
    ["is something else", () => home.write("ca.pem", "not a certificate"), "holds no certificate"],
    [
      "is broken off",
      () => home.write("ca.pem", readFileSync(CA, "utf8").repeat(2).slice(0, -100)),
      "holds what is no certificate",
    ],
  ])("that %s is told before anybody is asked, by its name and who set it", async (_, make, what) => {
    const path = make();
    const line = `askonce: the CA bundle ${path} of AWS_CA_BUNDLE ${what}; `;
    const outcome = await get({ AWS_CA_BUNDLE: path });
    expect(outcome).toMatchObject({ status: 3, stdout: "" });
    expect(outcome.stderr).toContain(line);
    home.configure(`mfa_process = ${home.phone()}\nca_bundle = ${path}`);
    const { stderr } = await get();
    expect(stderr).toContain(line.replace("AWS_CA_BUNDLE", "ca_bundle of profile work-keys"));
    expect([home.prompts, aws.calls()]).toEqual([0, []]);
  });

  it("that cannot be read is no other process's trouble", async () => {
    home.phone(2);
    const env = { AWS_CA_BUNDLE: "/nowhere/ca.pem" };
    expect((await home.run(["get", "work-keys"], { env })).status).toBe(3);
    const outcomes = await Promise.all([
      ...Array.from({ length: 3 }, () => home.run(["get", "work-keys"], { env })),
      ...Array.from({ length: 3 }, () => home.run(["get", "work-keys"])),
    ]);
    // Who comes late finds the session, and needs no bundle.
    const statuses = outcomes.map(({ status }) => status);
    expect(statuses).toEqual([...Array(3).fill(expect.toSatisfy((status) => status === 3 || status === 0)), 0, 0, 0]);
  });
});

/** Node 22.23 takes an IPv6 address for a host name when it checks a certificate, and refuses every one. */
function canCheckIpv6(): boolean {
  const certificate = { subject: {}, subjectaltname: "IP Address:0:0:0:0:0:0:0:1" } as PeerCertificate;
  return checkServerIdentity("::1", certificate) === undefined;
}

describe("IPv6", () => {
  it("is where an endpoint can be", async (context) => {
    needsIpv6(context);
    answerOf(await get({ AWS_ENDPOINT_URL: (await forwarder({ host: "::1" })).url }));
  });

  it("is where a proxy can be, and an endpoint behind it", async (context) => {
    needsIpv6(context);
    const tls = canCheckIpv6();
    const its = await proxy({ host: "::1", tls });
    const behind = await forwarder({ host: tls ? "::1" : "127.0.0.1", tls });
    const env = { AWS_CA_BUNDLE: CA, HTTPS_PROXY: its.url, HTTP_PROXY: its.url };
    answerOf(await get({ AWS_ENDPOINT_URL: behind.url, ...env }));
    const called = [...its.connects, ...its.requests].map((one) => one.replace(/^http:\/\/|\/$/g, ""));
    expect(called).toEqual([new URL(behind.url).host]);
  });

  it("is named by NO_PROXY in brackets", async (context) => {
    needsIpv6(context);
    const its = await proxy();
    const { url } = await forwarder({ host: "::1" });
    answerOf(await get({ AWS_ENDPOINT_URL: url, HTTP_PROXY: its.url, NO_PROXY: "[::1]" }));
    expect(its.connections).toBe(0);
  });
});

describe("the agents", () => {
  /** Names of the chunks a run loaded, and whether they hold the agents: Node's own coverage tells every script. */
  async function loaded(env: Env): Promise<{ chunks: number; agents: boolean }> {
    const directory = join(home.path, `coverage-${Object.keys(env).length}`);
    mkdirSync(directory);
    answerOf(await get({ ...env, NODE_V8_COVERAGE: directory }));
    const urls = readdirSync(directory).flatMap((file): string[] =>
      JSON.parse(readFileSync(join(directory, file), "utf8")).result.map(({ url }: { url: string }) => url),
    );
    const paths = [...new Set(urls)]
      .map((url) => url.replace("file://", ""))
      .filter((path) => path.startsWith(dirname(PROGRAM)));
    return {
      chunks: paths.length,
      agents: paths.some((path) => readFileSync(path, "utf8").includes("https-proxy-agent")),
    };
  }

  it("are loaded where a proxy applies, and only there", async () => {
    const its = await proxy();
    const without = await loaded({ HTTP_PROXY: its.url, NO_PROXY: "127.0.0.1", HTTPS_PROXY: its.url });
    expect(without).toEqual({ chunks: expect.any(Number), agents: false });
    expect(without.chunks).toBeGreaterThan(2);
    await home.run(["logout", "--all"]);
    home.showCode();
    expect(await loaded({ HTTP_PROXY: its.url })).toMatchObject({ agents: true });
  });
});

/** A file of a size that nobody wants to read. */
function sparse(): string {
  const path = home.write("ca.pem", "");
  truncateSync(path, 2 ** 40);
  return path;
}
