/** A window of macOS, shown by AppleScript's `display dialog`. */

import type { Ended } from "../processes/child-program.ts";
import { findProgram } from "../processes/find-program.ts";
import { dialogSeconds, lineOf, runDialog } from "./dialog-program.ts";
import { displayAnswers } from "./display.ts";
import type { DialogAnswer, Driver } from "./driver.ts";

/** Said by the script when the window went by itself; an answer begins with another sign. */
const GAVE_UP = "gave up";
const ANSWER_SIGN = "=";

/** Nothing is put into the script: it has the title, the text and the seconds (0: for ever) as its arguments. */
const SCRIPT = `on run argv
set {theTitle, theText, theSeconds} to {item 1 of argv, item 2 of argv, (item 3 of argv) as integer}
try
activate
end try
if theSeconds is 0 then
set theAnswer to display dialog theText with title theTitle default answer "" buttons {"Cancel", "OK"} default button "OK" cancel button "Cancel"
else
set theAnswer to display dialog theText with title theTitle default answer "" buttons {"Cancel", "OK"} default button "OK" cancel button "Cancel" giving up after theSeconds
if gave up of theAnswer then return "${GAVE_UP}"
end if
return "${ANSWER_SIGN}" & (text returned of theAnswer)
end run`;

/** userCanceledErr (AppleScript Language Guide, "Error Numbers and Error Messages"). */
const USER_CANCELLED = /\(-128\)\s*$/;

export const osascript: Driver = {
  name: "osascript",
  async canAsk(here) {
    return here.platform === "darwin" && findProgram("osascript", here) !== undefined && (await displayAnswers(here));
  },
  async ask(question, here) {
    const program = findProgram("osascript", here);
    if (program === undefined) return { kind: "cannot" };
    const text = [...question.lines, question.label].join("\n");
    const words = [program, "-e", SCRIPT, "askonce", text, String(dialogSeconds(question) ?? 0)];
    return runDialog(words, question, here, meaning);
  },
};

/** Whatever else went wrong, as "No user interaction allowed. (-1713)", nobody has seen the window. */
function meaning(ended: Ended): DialogAnswer {
  if (ended.status !== 0) return { kind: USER_CANCELLED.test(ended.complaint) ? "cancelled" : "cannot" };
  const line = lineOf(ended);
  if (line === GAVE_UP) return { kind: "timed-out" };
  if (!line.startsWith(ANSWER_SIGN)) return { kind: "cannot" };
  return { kind: "answered", text: line.slice(ANSWER_SIGN.length) };
}
