/** What the environment says that stands above the profiles, or that askonce cannot use. */

import { isAbsolute } from "node:path";
import { parseDeadline } from "../../args.ts";
import { DRIVER_NAMES, promptChoiceOf } from "../../profile/prompt-choice.ts";
import { nonEmpty } from "../../runtime/environment.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { shellWord } from "../../text/shell-words.ts";
import type { Facts } from "../facts.ts";
import { fail, ok, type Verdict, warn } from "../finding.ts";
import { meant, nearestName, shownKey } from "../wording.ts";

const OWN = ["ASKONCE_CACHE_DIR", "ASKONCE_PROMPT", "ASKONCE_DEADLINE", "ASKONCE_LOG"];
/** Set by askonce itself for those it starts. */
const OURS = ["ASKONCE_RESOLVING", "ASKONCE_OUTLIVES", "ASKONCE_PROGRAM"];

const RELATIVE = "is a relative path: it means another one in each directory";

export function checkEnvironment(facts: Facts): Verdict[] {
  const { env } = facts;
  const found = [keys(facts), profile(facts), paths(facts), own(facts), node(facts)].flat();
  if (found.length > 0) return found;
  // The SDKs of old do not read ~/.aws/config unless told.
  const old = env.AWS_SDK_LOAD_CONFIG ? "" : " (Go v1 and JavaScript v2 also need AWS_SDK_LOAD_CONFIG=1)";
  return [ok(`nothing here stands above the profiles${old}`)];
}

/** Keys in the environment are taken before a profile's, but for one that is named by a flag. */
function keys({ env }: Facts): Verdict[] {
  const id = nonEmpty(env.AWS_ACCESS_KEY_ID);
  if (id !== undefined && nonEmpty(env.AWS_SECRET_ACCESS_KEY) === undefined)
    return [
      fail(
        `AWS_ACCESS_KEY_ID (${shownKey(id)}) is set here without AWS_SECRET_ACCESS_KEY: the AWS CLI stops at that`,
        "unset AWS_ACCESS_KEY_ID",
      ),
    ];
  if (id !== undefined) {
    const cure = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN";
    const isSession = nonEmpty(env.AWS_SESSION_TOKEN) !== undefined;
    if (isSession) return [warn(`a session's keys (${shownKey(id)}) are set here: AWS_PROFILE is not looked at`, cure)];
    return [fail(`AWS_ACCESS_KEY_ID (${shownKey(id)}) is set here: programs use it without MFA, not askonce`, cure)];
  }
  if (nonEmpty(env.AWS_WEB_IDENTITY_TOKEN_FILE) !== undefined && nonEmpty(env.AWS_ROLE_ARN) !== undefined)
    return [
      warn(
        "AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE are set here: programs without a profile take that role",
        "unset AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE",
      ),
    ];
  return [];
}

function profile({ env, files, asked, subjects }: Facts): Verdict[] {
  const name = nonEmpty(env.AWS_PROFILE);
  const old = nonEmpty(env.AWS_DEFAULT_PROFILE);
  const found: Verdict[] = [];
  if (name !== undefined && old !== undefined && name !== old)
    found.push(
      warn(
        `AWS_DEFAULT_PROFILE is ${old} and AWS_PROFILE is ${name}: the AWS CLI takes the first, the SDKs the second`,
        "unset AWS_DEFAULT_PROFILE",
      ),
    );
  // The CLI and Go look at the old one too.
  const used = name ?? old;
  const variable = name === undefined ? "AWS_DEFAULT_PROFILE" : "AWS_PROFILE";
  if (used === undefined || files.shared === undefined) return found;
  if (!files.shared.profiles.has(used)) {
    // Without NAME it is what is asked about.
    if (asked === undefined && name !== undefined) return found;
    const near = nearestName(used, files.shared.profiles.keys());
    const cure = near === undefined ? `unset ${variable}` : `export ${variable}=${shellWord(near)}`;
    return [...found, fail(`${variable} is ${used}, and there is no such profile${meant(near)}`, cure)];
  }
  const direct = subjects.find(({ request }) => request?.source.profile === used);
  const caller = direct?.callers.find((one) => one.profile !== used);
  if (direct !== undefined && caller !== undefined)
    found.push(
      fail(
        `${variable} is ${used}, which has the keys themselves: programs use them without MFA`,
        `export ${variable}=${shellWord(caller.profile)}`,
      ),
    );
  return found;
}

function paths({ env, program }: Facts): Verdict[] {
  const found = (
    ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "ASKONCE_CACHE_DIR", "ASKONCE_LOG"] as const
  ).flatMap((name) => {
    const path = nonEmpty(env[name]);
    if (path === undefined || isAbsolute(path)) return [];
    const isExpanded = name.startsWith("AWS_") && /^[~$]/.test(path);
    const what = isExpanded ? "begins with ~ or a variable: the CLI puts it in, Go does not" : RELATIVE;
    return [warn(`${name} ${what}`, `give ${name} a whole path`)];
  });
  const { log } = program;
  if (log?.why !== undefined)
    found.push(
      warn(`ASKONCE_LOG names ${log.path}, which cannot be written (${log.why}): there is no log`, "unset ASKONCE_LOG"),
    );
  return found;
}

function own({ env }: Facts): Verdict[] {
  const found: Verdict[] = [];
  const prompt = nonEmpty(env.ASKONCE_PROMPT);
  if (prompt !== undefined && promptChoiceOf(prompt) === undefined) {
    const known = ["auto", "terminal", "none", ...DRIVER_NAMES];
    const near = nearestName(prompt, known);
    const cure = near === undefined ? `use one of ${known.join(", ")}` : `export ASKONCE_PROMPT=${near}`;
    found.push(fail(`ASKONCE_PROMPT is ${prompt}, and there is no way to ask of that name${meant(near)}`, cure));
  }
  try {
    parseDeadline(env.ASKONCE_DEADLINE, "ASKONCE_DEADLINE");
  } catch (error) {
    if (!(error instanceof AskonceError)) throw error;
    found.push(fail(error.message, "export ASKONCE_DEADLINE=55"));
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith("ASKONCE_") || env[name] === undefined) continue;
    // Those of the tests are nobody's.
    if ([...OWN, ...OURS].includes(name) || name.startsWith("ASKONCE_TEST")) continue;
    const near = nearestName(name, OWN);
    found.push(warn(`${name} is set, and askonce knows no such variable${meant(near)}`, `unset ${name}`));
  }
  return found;
}

/** The launcher clears NODE_OPTIONS; Node itself reads it before any of our code runs. */
function node({ env, subjects, program }: Facts): Verdict[] {
  const callers = subjects.flatMap((subject) => subject.callers);
  const options = nonEmpty(env.NODE_OPTIONS) ?? "";
  const found: Verdict[] = [];
  if (/(^|\s)(--inspect|--require|-r\b|--import|--loader|--experimental)/.test(options) && callers.some(runsNode))
    found.push(
      warn(
        "NODE_OPTIONS loads something into every Node program, askonce too: what it prints breaks some SDKs",
        "call askonce-get, which does without it, or unset NODE_OPTIONS",
      ),
    );
  if (program.extraCertificates?.isThere === false)
    found.push(
      warn(
        "NODE_EXTRA_CA_CERTS names a file that is not there: Node says so on stderr, which breaks some SDKs",
        "unset NODE_EXTRA_CA_CERTS",
      ),
    );
  return found;
}

function runsNode(caller: { readonly isLauncher: boolean }): boolean {
  return !caller.isLauncher;
}
