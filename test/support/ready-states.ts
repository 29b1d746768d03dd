/** Every state in which a home with a ready answer may be, and every way in which a client may run the launcher there. */

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { home, OLD_SECONDS, passTime, type ReadyRun, replace, setClockBack } from "./ready-home.ts";

const HOUR = 3600;
const NOBODY = 65_534;

const path = (file: string): string => join(home.path, file);
const config = (): string => path(".aws/config");
const credentials = (): string => path(".aws/credentials");
const cache = (file: string): string => join(home.cache, file);
const session = (): string => home.sessionFile();
const slot = (): string => cache("ready/work-keys/1");
const clock = (): string => cache("ready/.clock");
const inOther = (text: string): string => text.replace("min_remaining = 20m", "min_remaining = 99h");

/** What is done to a home before a run, and how it is run. Served: the launcher answers, without Node. */
export interface State {
  readonly served?: true | "perhaps";
  readonly change?: () => void;
  readonly run?: () => ReadyRun;
}

export const STATES: Record<string, State> = {
  // Time
  fresh: { served: true },
  "an hour later": { served: true, change: () => passTime(home, HOUR) },
  "near its end": { change: () => passTime(home, 12 * HOUR - 900) },
  "a minute before its end": { change: () => passTime(home, 12 * HOUR - 50) },
  expired: { change: () => passTime(home, 13 * HOUR) },
  "clock set back by two hours": { change: () => setClockBack(home, 2 * HOUR) },
  "clock set back after four hours, by one": {
    change: () => {
      passTime(home, 4 * HOUR);
      setClockBack(home, HOUR);
    },
    served: true,
  },
  "clock set back by an hour, a while before the end": {
    change: () => {
      passTime(home, 12 * HOUR - 600);
      setClockBack(home, HOUR);
    },
  },
  "clock set back by ten hours after the end": {
    change: () => {
      passTime(home, 13 * HOUR);
      setClockBack(home, 10 * HOUR);
    },
  },
  "clock set forward by an hour": { served: true, change: () => setClockBack(home, -HOUR) },
  "clock set forward by a day": { change: () => setClockBack(home, -24 * HOUR) },
  "the machine was started again": {
    served: true,
    change: () => {
      const [first, second = "", ...rest] = readFileSync(slot(), "utf8").split("\n");
      const [id, , until, ...kept] = second.split(" ");
      const { atime, mtime } = lstatSync(slot());
      writeFileSync(slot(), [first, [id, 0, until, ...kept].join(" "), ...rest].join("\n"));
      utimesSync(slot(), atime, mtime);
    },
  },
  "started since, and up for less": {
    change: () => {
      const text = readFileSync(slot(), "utf8");
      const { atime, mtime } = lstatSync(slot());
      writeFileSync(slot(), text.replace(/^([0-9a-f]{18}) \d+ /m, "$1 99999999 "));
      utimesSync(slot(), atime, mtime);
    },
  },

  // The shared files
  "config edited": { change: () => writeFileSync(config(), inOther(readFileSync(config(), "utf8"))) },
  "config saved anew": { change: () => replace(config(), inOther(readFileSync(config(), "utf8"))) },
  "config replaced by an older one": {
    change: () => replace(config(), inOther(readFileSync(config(), "utf8")), 9 * OLD_SECONDS),
  },
  "config written over with an older one's time": {
    change: () => {
      writeFileSync(config(), inOther(readFileSync(config(), "utf8")));
      utimesSync(config(), 1e9, 1e9);
    },
  },
  "config replaced by one of the same time": {
    change: () => {
      const { atime, mtime } = lstatSync(config());
      replace(config(), inOther(readFileSync(config(), "utf8")));
      utimesSync(config(), atime, mtime);
    },
  },
  "config touched": { change: () => utimesSync(config(), Date.now() / 1000, Date.now() / 1000) },
  "config gone": { change: () => rmSync(config()) },
  "config a directory": {
    change: () => {
      rmSync(config());
      mkdirSync(config());
    },
  },
  "config a link to another": {
    change: () => {
      writeFileSync(path("other"), inOther(readFileSync(config(), "utf8")));
      rmSync(config());
      symlinkSync(path("other"), config());
    },
  },
  "another directory in place of .aws": {
    change: () => {
      execFileSync("cp", ["-a", path(".aws"), path("older")]);
      const { atime, mtime } = lstatSync(path("older"));
      writeFileSync(path("older/config"), inOther(readFileSync(config(), "utf8")));
      utimesSync(path("older/config"), 1e9, 1e9);
      utimesSync(path("older"), atime, mtime);
      renameSync(path(".aws"), path("newer"));
      renameSync(path("older"), path(".aws"));
    },
  },
  "credentials saved anew": { change: () => replace(credentials(), readFileSync(credentials(), "utf8")) },
  "another key in the credentials, of an older file": {
    change: () =>
      replace(credentials(), readFileSync(credentials(), "utf8").replaceAll(/AKIA\w{4}/g, "AKIAZZZZ"), 9 * OLD_SECONDS),
  },
  "credentials gone": { change: () => rmSync(credentials()) },

  // The environment
  "another config file": {
    change: () => writeFileSync(path("other"), inOther(readFileSync(config(), "utf8"))),
    run: () => ({ env: { AWS_CONFIG_FILE: path("other") } }),
  },
  "the same config file, named": { run: () => ({ env: { AWS_CONFIG_FILE: config() } }) },
  "a config file below a variable": { run: () => ({ env: { AWS_CONFIG_FILE: "$HOME/.aws/config" } }) },
  "a config file below a variable like ours": {
    change: () => writeFileSync(path("other"), inOther(readFileSync(config(), "utf8"))),
    run: () => ({ env: { root: home.path, AWS_CONFIG_FILE: "$root/other" } }),
  },
  "a config file below ~": { run: () => ({ env: { AWS_CONFIG_FILE: "~/.aws/config" } }) },
  "a config file from where we are": { run: () => ({ env: { AWS_CONFIG_FILE: ".aws/config" } }) },
  "no config file": { run: () => ({ env: { AWS_CONFIG_FILE: "/dev/null" } }) },
  "an empty AWS_CONFIG_FILE": { run: () => ({ env: { AWS_CONFIG_FILE: "" } }) },
  "other credentials": { run: () => ({ env: { AWS_SHARED_CREDENTIALS_FILE: path("none") } }) },
  "another endpoint": { run: () => ({ env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } }) },
  "another endpoint for STS": { run: () => ({ env: { AWS_ENDPOINT_URL_STS: "http://127.0.0.1:9" } }) },
  "no endpoint": { run: () => ({ unset: ["AWS_ENDPOINT_URL"] }) },
  "a region": { run: () => ({ env: { AWS_REGION: "eu-west-3" } }) },
  "a FIPS endpoint": { run: () => ({ env: { AWS_USE_FIPS_ENDPOINT: "true" } }) },
  "a deadline that is none": { run: () => ({ env: { ASKONCE_DEADLINE: "soon" } }) },
  "a way to ask that is none": { run: () => ({ env: { ASKONCE_PROMPT: "pigeon" } }) },
  "nobody to be asked": { run: () => ({ env: { ASKONCE_PROMPT: "none" } }) },
  "a bar in a value": { run: () => ({ env: { AWS_REGION: "eu|=x" } }) },
  "a line end in a value": { run: () => ({ env: { AWS_REGION: "eu\nx" } }) },
  "what no answer depends on": { served: true, run: () => ({ env: { AWS_PROFILE: "x", TERM: "dumb", LC_ALL: "C" } }) },
  "no home": { run: () => ({ unset: ["HOME"] }) },
  "an empty home": { run: () => ({ env: { HOME: "" } }) },
  "a home from where we are": { run: () => ({ env: { HOME: "." } }) },
  "a home by a longer way": { run: () => ({ env: { HOME: `${home.path}/.aws/..` } }) },
  "another home": { run: () => ({ env: { HOME: "/nowhere" } }) },
  "another cache": { run: () => ({ env: { ASKONCE_CACHE_DIR: path("cache") } }) },
  "another cache from where we are": { run: () => ({ env: { ASKONCE_CACHE_DIR: ".cache/askonce" } }) },
  "another place for caches": { run: () => ({ env: { XDG_CACHE_HOME: path("caches") } }) },
  "a session that is being made above": { run: () => ({ env: { ASKONCE_RESOLVING: "x" } }) },

  // The command line
  "a flag": { run: () => ({ args: ["work-keys", "--no-prompt"] }) },
  "a flag that is none": { run: () => ({ args: ["work-keys", "--nothing"] }) },
  "a flag before the name": { run: () => ({ args: ["--no-prompt", "work-keys"] }) },
  help: { run: () => ({ args: ["--help"] }) },
  "no name": { run: () => ({ args: [] }) },
  "an empty name": { run: () => ({ args: [""] }) },
  "two names": { run: () => ({ args: ["work-keys", "work"] }) },
  "the calling profile": { served: true, run: () => ({ args: ["work"] }) },
  "a name with a blank": { served: true, run: () => ({ args: ["a b"] }) },
  "a name that is a path": { run: () => ({ args: ["../ready/work-keys"] }) },
  "a name that is a directory": { run: () => ({ args: ["."] }) },
  "a name that is a file": { run: () => ({ args: [".clock"] }) },
  "a name with a star": { run: () => ({ args: ["work*"] }) },
  "a name that is a command": { run: () => ({ args: ["$(id)"] }) },
  "a name with a bar": { run: () => ({ args: ["work|keys"] }) },
  "a name of two lines": { run: () => ({ args: ["work-keys\nx"] }) },
  "a name in other letters": { run: () => ({ args: ["Work-keys"] }) },
  "a long name": { run: () => ({ args: ["n".repeat(300)] }) },

  // The cache
  "no session": { change: () => rmSync(session()) },
  "a link in place of the session": {
    change: () => {
      renameSync(session(), path("session"));
      symlinkSync(path("session"), cache("sessions/x.json"));
    },
  },
  "a session by a link": {
    change: () => {
      const name = session();
      renameSync(name, path("session"));
      symlinkSync(path("session"), name);
    },
  },
  "a session with a second name": { change: () => linkSync(session(), cache("sessions/second")) },
  "somebody else's session": { change: () => chownSync(session(), NOBODY, NOBODY) },
  "a session written over": { change: () => writeFileSync(session(), "{}") },
  "another session came": { change: () => writeFileSync(cache("sessions/0.json"), "{}") },
  "something is known of a user": { change: () => writeFileSync(cache("users/0.json"), "{}") },
  "a looser session": { served: true, change: () => chmodSync(session(), 0o644) },
  "a looser cache": { served: true, change: () => chmodSync(home.cache, 0o755) },
  "no cache": { change: () => rmSync(home.cache, { recursive: true }) },
  "a link in place of the cache": {
    change: () => {
      renameSync(home.cache, path("cache"));
      symlinkSync(path("cache"), home.cache);
    },
  },
  "a link in place of the sessions": {
    change: () => {
      renameSync(cache("sessions"), path("s"));
      symlinkSync(path("s"), cache("sessions"));
    },
  },
  "somebody else's cache": { change: () => chownSync(home.cache, NOBODY, NOBODY) },
  "a place for all users": { change: () => chmodSync(home.cache, 0o1777) },
  "a link in place of what is ready": {
    change: () => {
      renameSync(cache("ready"), path("r"));
      symlinkSync(path("r"), cache("ready"));
    },
  },
  "an answer by a link": {
    change: () => {
      renameSync(slot(), path("a"));
      symlinkSync(path("a"), slot());
    },
  },
  "somebody else's answer": { change: () => chownSync(slot(), NOBODY, NOBODY) },
  "half an answer": {
    change: () => {
      const { atime, mtime } = lstatSync(slot());
      writeFileSync(slot(), readFileSync(slot(), "utf8").slice(0, -40));
      utimesSync(slot(), atime, mtime);
    },
  },
  "an answer without its line end": {
    change: () => {
      const { atime, mtime } = lstatSync(slot());
      writeFileSync(slot(), readFileSync(slot(), "utf8").slice(0, -1));
      utimesSync(slot(), atime, mtime);
    },
  },
  "no answer in it": {
    change: () => {
      const { atime, mtime } = lstatSync(slot());
      writeFileSync(slot(), `${readFileSync(slot(), "utf8").split("\n").slice(0, 4).join("\n")}\n`);
      utimesSync(slot(), atime, mtime);
    },
  },
  "an empty answer": { change: () => writeFileSync(slot(), "") },
  "an answer that is a directory": {
    change: () => {
      rmSync(slot());
      mkdirSync(slot());
    },
  },
  "no moments": {
    change: () => execFileSync("sh", ["-c", 'rm -r "$1"/*/', "sh", cache("ready/work-keys")]),
  },
  "some moments only": { change: () => execFileSync("sh", ["-c", 'rm "$1"/*/*.high', "sh", cache("ready/work-keys")]) },
  "no clock": { change: () => rmSync(clock()) },
  "a clock that is a link": {
    change: () => {
      rmSync(clock());
      symlinkSync(path(".aws/config"), clock());
    },
  },
  "a clock that is a directory": {
    change: () => {
      rmSync(clock());
      mkdirSync(clock());
    },
  },
  "a clock with something in it": { change: () => writeFileSync(clock(), "x") },
  "somebody else's clock": { change: () => chownSync(clock(), NOBODY, NOBODY) },

  // The shell
  "options of the caller's": {
    served: true,
    run: () => ({ env: { SHELLOPTS: "xtrace:noglob:errexit:nounset:noclobber", PS4: "$(echo traced >&2)+" } }),
  },
  "files that shells read": {
    served: true,
    change: () => writeFileSync(path("evil"), "echo evil; exit 9\n"),
    run: () => ({ env: { ENV: path("evil"), BASH_ENV: path("evil"), ZDOTDIR: home.path } }),
  },
  "names expanded as the caller likes": {
    served: true,
    run: () => ({ env: { BASHOPTS: "dotglob:failglob:nocaseglob:nullglob", GLOBIGNORE: "*" } }),
  },
  "words told apart by letters": { served: true, run: () => ({ env: { IFS: "abcdefgh/", CDPATH: "/tmp:/" } }) },
  "functions of the caller's": {
    served: true,
    run: () => ({
      env: Object.fromEntries(
        ["test", "read", "printf", "true", "ulimit", "command"].map((name) => [
          `BASH_FUNC_${name}%%`,
          "() { echo evil; }",
        ]),
      ),
    }),
  },
  "variables of ours": {
    served: true,
    run: () => ({
      env: Object.fromEntries(
        ["root", "want", "answer", "since", "real", "node", "program", "file"].map((name) => [`ao_${name}`, "/x"]),
      ),
    }),
  },
  // Not every shell minds.
  "a closed standard output": { served: "perhaps", run: () => ({ around: '"$@" >&-' }) },
  "a full standard output": { run: () => ({ around: '"$@" >/dev/full' }) },
  "a standard output that takes half of it": {
    run: () => ({ around: 'head -c 1000 /dev/zero >"$HOME/half"; ulimit -f 1; "$@" >>"$HOME/half"' }),
  },
  "a closed standard input": { served: true, run: () => ({ around: '"$@" <&-' }) },
  "a reader that is gone": { served: "perhaps", run: () => ({ around: '"$@" | true; exit $PIPESTATUS' }) },
};
