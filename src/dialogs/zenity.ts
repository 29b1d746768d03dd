/** A window of GTK: on GNOME and most other desktops of Linux (zenity(1)). */

import type { Ended } from "../processes/child-program.ts";
import { findProgram } from "../processes/find-program.ts";
import { dialogSeconds, lineOf, runDialog } from "./dialog-program.ts";
import { displayAnswers } from "./display.ts";
import type { DialogAnswer, DialogQuestion, Driver } from "./driver.ts";

const [ANSWERED, CANCELLED, TIMED_OUT] = [0, 1, 5];

export const zenity: Driver = {
  name: "zenity",
  async canAsk(here) {
    return findProgram("zenity", here) !== undefined && (await displayAnswers(here));
  },
  async ask(question, here) {
    const program = findProgram("zenity", here);
    if (program === undefined) return { kind: "cannot" };
    return runDialog([program, ...options(question)], question, here, meaning);
  },
};

function options(question: DialogQuestion): string[] {
  const seconds = dialogSeconds(question);
  const text = zenityText([...question.lines, question.label].join("\n"));
  return ["--entry", "--title=askonce", `--text=${text}`, ...(seconds === undefined ? [] : [`--timeout=${seconds}`])];
}

/**
 * The text of an entry is no markup, unlike those of other dialogs, but a backslash begins an escape in it, and an
 * underscore underlines what follows (src/entry.c: g_strcompress, gtk_label_set_text_with_mnemonic).
 */
export function zenityText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("_", "__");
}

/** It ends as after a cancel when it has no display. */
function meaning(ended: Ended): DialogAnswer {
  if (ended.status === ANSWERED) return { kind: "answered", text: lineOf(ended) };
  if (ended.status === TIMED_OUT) return { kind: "timed-out" };
  const sawNobody = /open display|authoriz/i.test(ended.complaint);
  return { kind: ended.status === CANCELLED && !sawNobody ? "cancelled" : "cannot" };
}
