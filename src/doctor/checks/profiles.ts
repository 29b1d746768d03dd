/** Whether there is a profile to look at, and whether one calls askonce in a way that nobody understands. */

import { askonceRequest } from "../../profile/credential-process.ts";
import { hasStaticKeys } from "../../profile/key-source.ts";
import { splitWords } from "../../text/shell-words.ts";
import type { Facts } from "../facts.ts";
import { fail, type Verdict, warn } from "../finding.ts";
import { asList } from "../wording.ts";

/** Says nothing where there is one. */
export function checkProfiles(facts: Facts): Verdict[] {
  const { files, subjects, verbs } = facts;
  // What is wrong with the files is told with them.
  const isGone = [files.config, files.credentials].some(
    (file) => !file.isThere && (file.setBy !== undefined || file.link !== undefined),
  );
  if (files.shared === undefined || isGone || (!files.config.isThere && !files.credentials.isThere)) return [];
  const odd = oddCalls(facts);
  if (subjects.length > 0 || odd.length > 0) return odd;
  const names = [...files.shared.profiles].filter(([, keys]) => hasStaticKeys(keys)).map(([name]) => name);
  const setup = verbs.has("setup") ? "askonce setup" : "add credential_process to a profile";
  if (names.length === 0) return [fail("no profile calls askonce, and none has keys", setup)];
  const some = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  return [
    fail(`no profile calls askonce; keys have ${asList(some)}`, `${setup}; askonce doctor NAME looks at one of them`),
  ];
}

/** Lines that name askonce and are no call of it: they are some other program's, to askonce and to its caller. */
function oddCalls({ files, program }: Facts): Verdict[] {
  return [...(files.shared?.profiles ?? [])].flatMap(([profile, { credential_process: command = "" }]) => {
    if (!/(^|[\s/\\"'=])askonce(-get)?(?=["'\s]|$)/.test(command) || isCall(command)) return [];
    const words = splitWords(command)?.words ?? [];
    const [first = ""] = words;
    const cure = `credential_process = ${program.launcher ?? "/path/to/askonce-get"} NAME`;
    if (/^[/\\]/.test(first) && words.slice(1).some((word) => /\/askonce(-get)?$/.test(word) && !word.startsWith("/")))
      return [
        fail(
          `the path in credential_process of ${profile} has a blank: it runs ${first}`,
          'put the path in "double" quotes',
        ),
      ];
    if (/^\w+=/.test(first))
      return [
        fail(
          `credential_process of ${profile} has a variable before the command: the CLI runs it without a shell`,
          cure,
        ),
      ];
    const verb = words.find((_, index) => /(^|[/\\])askonce$/.test(words[index - 1] ?? ""));
    if (/(^|[/\\])askonce$/.test(first) && verb !== undefined)
      return [fail(`credential_process of ${profile} runs askonce ${verb}, which prints no credentials`, cure)];
    return [
      warn(`credential_process of ${profile} runs askonce through ${first}: it is taken for another program's`, cure),
    ];
  });
}

function isCall(command: string): boolean {
  try {
    return askonceRequest(command) !== undefined;
  } catch {
    return true;
  }
}
