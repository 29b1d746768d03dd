/** A window of KDE's. It has no time limit of its own: ours ends it. */

import type { Ended } from "../processes/child-program.ts";
import { findProgram } from "../processes/find-program.ts";
import { lineOf, runDialog } from "./dialog-program.ts";
import { displayAnswers } from "./display.ts";
import type { DialogAnswer, Driver } from "./driver.ts";

const [ANSWERED, CANCELLED] = [0, 1];

export const kdialog: Driver = {
  name: "kdialog",
  async canAsk(here) {
    return findProgram("kdialog", here) !== undefined && (await displayAnswers(here));
  },
  async ask(question, here) {
    const program = findProgram("kdialog", here);
    if (program === undefined) return { kind: "cannot" };
    const text = kdialogText([...question.lines, question.label]);
    return runDialog([program, "--title", "askonce", "--inputbox", text], question, here, meaning);
  },
};

/**
 * Qt guesses whether a text is rich: this one always is, and then nothing of it is taken for a tag. Even so an ampersand
 * marks a key, for the label has a field to go to, and two are one. Before all that kdialog takes backslashes for escapes
 * (utils.cpp, parseString).
 */
export function kdialogText(lines: readonly string[]): string {
  const html = (line: string): string =>
    line
      .replaceAll("&", "&amp;&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("\\", "\\\\")
      .replaceAll("\n", "<br>")
      .replace(/^ | (?= )/g, "&nbsp;");
  return `<qt>${lines.map(html).join("<br>")}</qt>`;
}

/** Qt aborts where it has no display. */
function meaning(ended: Ended): DialogAnswer {
  if (ended.status === ANSWERED) return { kind: "answered", text: lineOf(ended) };
  const sawNobody = /connect to display|platform plugin/i.test(ended.complaint);
  return { kind: ended.status === CANCELLED && !sawNobody ? "cancelled" : "cannot" };
}
