/** Runs the program once and notes everything that anyone could see of it. */

import { join } from "node:path";
import { expect } from "vitest";
import { Home, type Outcome, PROGRAM } from "./askonce.ts";
import type { FakeAws } from "./fake-aws/server.ts";
import { type Child, type Entry, listing, watchChildren } from "./leaks.ts";
import { type ProxyOptions, startProxy } from "./proxies.ts";
import { killAllPtys, type PtySession } from "./pty.ts";
import { ARGUMENT, CALLER, emptyFile, prepareHome, readOutside } from "./secrets.ts";

const NODE_OPTIONS = "--no-deprecation";
export const WRONG_SECRET = "Wrong/Secret+Of1The2Right3Key4Forty5Long";
/** A proxy's own secret, with what has to be percent-encoded in an address. */
export const PROXY_PASSWORD = "Proxys@Own/Word:0%Never+Seen#Anywhere9";

/** What could be seen of one run. */
export interface Evidence {
  readonly outcome: Outcome;
  /** Every byte a terminal got, and what was left on its screen. */
  readonly terminal: string;
  readonly screen: string;
  readonly log: string;
  readonly children: readonly Child[];
  /** Files and directories that are new or changed, by their path in the home. */
  readonly changed: ReadonlyMap<string, Entry>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** A run that is about to begin. */
export interface Run {
  readonly aws: FakeAws;
  readonly home: Home;
  readonly code: string;
  /** Notes the files of the home; what changes from now on, askonce has changed. */
  begin(): void;
  /** Begins, and runs `get` with the caller's secrets around it. */
  get(name?: string, ...flags: string[]): Promise<Outcome>;
  readonly env: Record<string, string>;
}

/** Brings a run to its end. */
export type Act = (run: Run) => Promise<Outcome | { outcome: Outcome; pty: PtySession }>;

/** Runs the program once and notes everything that could be seen of it. */
export async function witness(aws: FakeAws, act: Act): Promise<Evidence> {
  aws.clearFaults();
  const home = new Home(aws);
  prepareHome(home);
  const code = home.showCode();
  const log = emptyFile("log");
  const env: Record<string, string> = { ...CALLER, NODE_OPTIONS, TMPDIR: join(home.path, "tmp"), ASKONCE_LOG: log };
  const known = new Set(aws.state.sessions().map(({ accessKeyId }) => accessKeyId));
  let before = new Map<string, Entry>();
  const begin = (): void => {
    before = listing(home.path);
  };
  const get: Run["get"] = (name = "work-keys", ...flags) => {
    begin();
    return home.run(["get", name, ...flags], { env });
  };
  const watch = watchChildren(PROGRAM, 4);
  try {
    const result = await act({ aws, home, code, env, begin, get });
    const { outcome, pty } = "outcome" in result ? result : { outcome: result, pty: undefined };
    const children = await watch.stop();
    const made = aws.state.sessions().filter(({ accessKeyId }) => !known.has(accessKeyId));
    const last = made.map(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken] as const);
    return {
      outcome,
      children,
      terminal: pty?.output() ?? "",
      screen: pty?.screen() ?? "",
      log: readOutside("log"),
      changed: new Map(
        [...listing(home.path)].filter(([path, entry]) => JSON.stringify(before.get(path)) !== JSON.stringify(entry)),
      ),
      secrets: {
        key: aws.fixture.jane.secretAccessKey,
        wrongKey: WRONG_SECRET,
        callerSecret: CALLER.AWS_SECRET_ACCESS_KEY,
        callerToken: CALLER.AWS_SESSION_TOKEN,
        callerArgument: ARGUMENT,
        callerOtherToken: CALLER.AWS_SECURITY_TOKEN,
        proxyPassword: PROXY_PASSWORD,
        proxyLogin: Buffer.from(`jane:${PROXY_PASSWORD}`).toString("base64"),
        code,
        wrongCode: "271828",
        ...Object.fromEntries(
          last.flatMap(([secret, token], index) => [
            [`sessionSecret${index}`, secret],
            [`sessionToken${index}`, token],
          ]),
        ),
      },
    };
  } finally {
    await watch.stop();
    await killAllPtys();
    home.dispose();
  }
}

/** Runs `get` through a proxy that is told a password, with the debug log of the libraries asked for. */
export async function throughProxy({ env, get }: Run, options: ProxyOptions, name?: string): Promise<Outcome> {
  const proxy = await startProxy(options);
  env.HTTP_PROXY = proxy.url.replace("//", `//jane:${encodeURIComponent(PROXY_PASSWORD)}@`);
  env.DEBUG = "*";
  try {
    const outcome = await get(name);
    expect(proxy.requests.length).toBeGreaterThan(0);
    return outcome;
  } finally {
    await proxy.close();
  }
}

/** Runs `get` in a shell on a terminal, with its streams in files beside the home, and types the codes. */
export async function onTerminal(
  { home, env, begin }: Run,
  codes: readonly string[],
  end: string | RegExp,
  then: (pty: PtySession) => void = () => {},
): Promise<{ outcome: Outcome; pty: PtySession }> {
  home.configure();
  begin();
  const pty = await home.shell({ env: { ...env, OUT: emptyFile("out"), ERR: emptyFile("err") } });
  pty.type('askonce get work-keys >"$OUT" 2>"$ERR"; echo "status $?"\r');
  for (const [index, code] of codes.entries()) {
    await pty.waitFor(index === 0 ? "? Code" : `try ${index + 1} of 3`);
    pty.type(`${code}\r`);
  }
  if (codes.length === 0) await pty.waitFor("? Code");
  then(pty);
  await pty.waitFor(end);
  const status = /status (\d+)/.exec(pty.screen())?.[1];
  const killed = codes.length === 0;
  return {
    pty,
    outcome: {
      status: killed ? null : Number(status),
      signal: killed ? "SIGKILL" : null,
      stdout: readOutside("out"),
      stderr: readOutside("err"),
    },
  };
}
