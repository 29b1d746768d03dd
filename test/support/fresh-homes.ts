/** A fresh home for each test of a file; after the test, a check of every place where a secret may have got to. */

import { basename } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Home, PROGRAM } from "./askonce.ts";
import { type FakeAws, startFakeAws } from "./fake-aws/server.ts";
import { type Child, leaks, listing, type Secrets, watchChildren } from "./leaks.ts";
import { endProcessesOf } from "./processes.ts";
import { killAllPtys } from "./pty.ts";

/** Often enough to see what lasts; seldom enough to cost a storm nothing. */
const LOOK_EVERY_MS = 150;
const SESSION_FILE = /sessions\/[0-9a-f]{40}\.json$|^\.cache\/askonce\/ready\/[^/]+\/[123]$/;
const CODE_FILE = /^\.cache\/askonce\/code\/[^/]+$/;
const LOG = /(^|\/)(askonce\.)?log$/;

/** The fake AWS of the test file that calls `withFreshHomes`. */
export let aws: FakeAws;
/** The home of the test that runs, in a file that calls `withFreshHomes`. */
export let home: Home;

/**
 * Starts a fake AWS for the file, and makes a home before each test, where `prepare` writes what all tests of the file
 * need. After each test, kills the programs that it started and looks for secrets where none may be.
 */
export function withFreshHomes(prepare: () => unknown = () => {}): void {
  let watch: ReturnType<typeof watchChildren>;
  beforeAll(async () => {
    aws = await startFakeAws();
  });
  afterAll(() => aws.close());
  beforeEach(async () => {
    aws.clearCalls();
    aws.clearFaults();
    home = new Home(aws);
    watch = watchChildren(PROGRAM, LOOK_EVERY_MS);
    await prepare();
  });
  afterEach(async () => {
    try {
      const children = await watch.stop();
      await killAllPtys();
      // A program that outlives its terminal, in tmux for example, would write into the home while it is removed.
      await endProcessesOf(home);
      expect(leaksOf(home, children, aws)).toEqual([]);
    } finally {
      home.dispose();
    }
  });
}

/** Every place in a home and around it where a secret is that should not be, and its name. */
export function leaksOf(home: Home, children: readonly Child[], aws: FakeAws): string[] {
  const keys = keysOf(aws);
  const codes = named("code", [...new Set(aws.codesGiven())]);
  const sessions = aws.state.sessions().map(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]);
  const all = { ...keys, ...codes, ...named("session", sessions.flat()) };
  const found: string[] = [];
  const look = (where: string, text: string, secrets: Secrets): void => {
    found.push(...leaks(text, secrets).map((name) => `${where}: ${name}`));
  };
  for (const text of home.complaints) look("stderr", text, all);
  // Codes are seen while they are typed, and sessions where a test lets `get` print to the screen.
  for (const pty of home.ptys) look("terminal", pty.output(), keys);
  for (const { argv, environment } of children) {
    look("argument", argv, all);
    look("environment", environment, all);
  }
  look("what the phone is started with", home.read("phone.started"), all);
  for (const [path, { text }] of listing(home.path)) {
    if (SESSION_FILE.test(path)) look(path, text, { ...keys, ...codes });
    // It has everything twice, and is most of what there is to look through.
    else if (CODE_FILE.test(path)) {
      if (!home.isAsItCame(basename(path), text)) look(path, text.slice(0, Math.ceil(text.length / 2)), all);
    } else if (path.startsWith(".cache/") || LOG.test(path)) look(path, text, all);
  }
  return found;
}

function keysOf(aws: FakeAws): Secrets {
  const { jane, fido, hank, mia, dan, olaf } = aws.fixture;
  return Object.fromEntries(
    [jane, fido, hank, mia, dan, olaf].map((user) => [`key of ${user.name}`, user.secretAccessKey]),
  );
}

function named(what: string, secrets: readonly string[]): Secrets {
  return Object.fromEntries(secrets.map((secret, index) => [`${what} ${index}`, secret]));
}
