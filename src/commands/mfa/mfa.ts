/** MFA devices of the user behind a profile: which there are, a new one, and one whose clock is off. */

import { parseWords, quoted, usage } from "../../args.ts";
import { oneLine } from "../../runtime/errors.ts";
import type { Streams } from "../../runtime/streams.ts";
import type { Command, ExplainedFlag } from "../command.ts";
import { flagTable, optional, table } from "../help/layout.ts";
import { enroll } from "./enroll.ts";
import { deviceList } from "./list.ts";
import { openOwner } from "./owner.ts";
import { resync } from "./resync.ts";

const DEVICE: ExplainedFlag = {
  name: "device",
  value: "DEVICE",
  about: "enroll: the new device's name; the user's name\nunless told. resync: which one",
};
const SHOW_SECRET: ExplainedFlag = {
  name: "show-secret",
  about: "enroll: the secret as text, for an app that cannot\nscan",
};
const CODE: ExplainedFlag = {
  name: "code",
  value: "-",
  about: "read two codes from standard input, a line each, one\nright after the other",
};
const JSON_LINE: ExplainedFlag = { name: "json", about: "list: one line of JSON, for programs" };
const FLAGS = [DEVICE, SHOW_SECRET, CODE, JSON_LINE];

/** What each action takes. */
const FLAGS_OF = { list: [JSON_LINE], enroll: [DEVICE, SHOW_SECRET, CODE], resync: [DEVICE, CODE] } as const;
type Action = keyof typeof FLAGS_OF;

const ABOUT: Readonly<Record<Action, string>> = {
  list: "which there are, of what kind, since when, and whose\ncodes askonce asks for",
  enroll: `creates an authenticator app: shows its QR code to
scan, takes two codes, enables it. A user who has a
device already signs in with that one first`,
  resync: `tells AWS what a device's clock says, by two of its
codes. It helps a hardware token whose codes are
refused after years; an app needs it only where the
phone's clock is wrong`,
};

const HELP = `${Object.entries(FLAGS_OF)
  .map(([action, flags]) => `askonce mfa ${action} NAME ${optional(flags)}\n`)
  .join("")}
The MFA devices of the IAM user whose long-term keys NAME uses.

Actions
${table(Object.entries(ABOUT))}
Flags
${flagTable(FLAGS)}
Output of --json
  {"version":1, "profile", "account", "user", "uses", "devices":[{"serial",
  "name", "kind":"app"|"token"|"security-key", "since", "used"}]}

Examples
  askonce mfa list work-keys
  askonce mfa enroll work-keys
  askonce mfa enroll work-keys --device jane-spare
  askonce mfa resync work-keys
`;

export const mfa: Command = {
  help: HELP,
  flags: FLAGS,
  subcommands: new Map(Object.entries(FLAGS_OF)),
  takesProfile: true,
  async run(words, { streams, context }) {
    const { values, positionals } = parseWords("mfa", words, FLAGS);
    const [action = "", name = "", ...more] = positionals;
    if (action === "") throw usage("mfa", "mfa needs list, enroll or resync, and a profile");
    if (!isAction(action))
      throw usage("mfa", `mfa takes list, enroll or resync, not ${quoted(action)}`, {
        word: action,
        among: Object.keys(FLAGS_OF),
      });
    if (name === "" || more.length > 0) throw usage("mfa", `mfa ${action} takes one profile`);
    for (const flag of Object.keys(values))
      if (!FLAGS_OF[action].some(({ name }) => name === flag))
        throw usage("mfa", `mfa ${action} does not take --${flag}`);
    if (values.code !== undefined && values.code !== "-")
      throw usage("mfa", "a code on the command line can be seen by every user of this machine: --code takes only -");
    if (values.device === "") throw usage("mfa", "--device is empty");
    const fromStdin = values.code === "-";
    const showSecret = values["show-secret"] === true;
    if (action === "enroll" && fromStdin && !showSecret)
      throw usage("mfa", "with --code - nobody sees a QR code: add --show-secret, which prints the secret");
    const given = typeof values.device === "string" ? { device: values.device } : {};
    const owner = await openOwner(name, streams, context);
    if (action === "list") await print(streams, await deviceList(owner, values.json === true));
    else if (action === "enroll")
      await enroll(owner, { ...given, fromStdin, showSecret }, (lines) => print(streams, lines));
    else await print(streams, await resync(owner, { ...given, fromStdin }));
    return 0;
  },
};

function isAction(text: string): text is Action {
  return Object.hasOwn(FLAGS_OF, text);
}

async function print(streams: Streams, lines: readonly string[]): Promise<void> {
  await streams.writeOut(lines.map((line) => `${oneLine(line)}\n`).join(""));
}
