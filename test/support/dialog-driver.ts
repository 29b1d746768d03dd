/** Asks one question with the driver that is named first; the second argument is JSON: the question, without its signal. Prints the answer. */

import { kdialog } from "../../src/dialogs/kdialog.ts";
import { pinentry } from "../../src/dialogs/pinentry.ts";
import { zenity } from "../../src/dialogs/zenity.ts";

const [name, question = "{}"] = process.argv.slice(2);
const driver = [zenity, kdialog, pinentry].find((one) => one.name === name);
const { withinMs = Number.POSITIVE_INFINITY, ...rest } = JSON.parse(question);
const answer = await driver?.ask(
  { lines: ["askonce"], label: "Code", ...rest, withinMs, signal: new AbortController().signal },
  { env: { ...process.env }, platform: process.platform, directory: undefined },
);
process.stdout.write(JSON.stringify(answer));
