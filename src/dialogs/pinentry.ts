/** The window that GnuPG asks for a PIN with. What is typed is shown as dots. */

import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../processes/find-program.ts";
import { steadyMs } from "../runtime/clock.ts";
import { nonEmpty } from "../runtime/environment.ts";
import { type Dialog, dialogSeconds, startDialog } from "./dialog-program.ts";
import { displayAnswers } from "./display.ts";
import type { DialogAnswer, DialogQuestion, Driver, Surroundings } from "./driver.ts";

/** The last is whichever of them its user or system has chosen. */
const PROGRAMS = [
  ...["pinentry-gnome3", "pinentry-qt6", "pinentry-qt5", "pinentry-qt", "pinentry-gtk-2", "pinentry-gtk"],
  ...["pinentry-mac", "pinentry-w32", "pinentry"],
];

/** How long one reply is waited for until the window is there. */
const PATIENCE_MS = 5_000;

/** The low 16 bits of an error are what it is, the others who says it (libgpg-error, err-codes.h). */
const CODE_BITS = 0xffff;
const TIMED_OUT = 62;
const CANCELLED = [99, 198];

/** Without a display some fall back to a terminal: `gtk2:curses`. */
const TERMINAL_FLAVOUR = /curses|tty|emacs/;

export const pinentry: Driver = {
  name: "pinentry",
  async canAsk(here) {
    return programsIn(here).length > 0 && (await displayAnswers(here));
  },
  async ask(question, here) {
    let answer: DialogAnswer = { kind: question.signal.aborted ? "withdrawn" : "cannot" };
    const startedAtMs = steadyMs();
    for (const program of programsIn(here)) {
      if (answer.kind !== "cannot") break;
      const withinMs = question.withinMs - (steadyMs() - startedAtMs);
      answer = withinMs > 0 ? await askWith(program, { ...question, withinMs }, here) : { kind: "timed-out" };
    }
    return answer;
  },
};

/** Those that are there, each once, whatever names it has. */
function programsIn(here: Surroundings): string[] {
  const found = PROGRAMS.filter((name) => name !== "pinentry-gnome3" || hasSessionBus(here)).flatMap(
    (name) => findProgram(name, here) ?? [],
  );
  return [...new Map(found.map((path) => [realpathSync(path), path])).values()];
}

/** The window of GNOME is shown by another process, which is asked by the bus. */
function hasSessionBus({ env }: Surroundings): boolean {
  const directory = nonEmpty(env.XDG_RUNTIME_DIR);
  return (
    nonEmpty(env.DBUS_SESSION_BUS_ADDRESS) !== undefined ||
    (directory !== undefined && existsSync(join(directory, "bus")))
  );
}

async function askWith(program: string, question: DialogQuestion, here: Surroundings): Promise<DialogAnswer> {
  const dialog = startDialog([program], question, here);
  const ended = dialog.ended.then((end): DialogAnswer => (end.kind === "ended" ? { kind: "cannot" } : end));
  const answer = await Promise.race([converse(dialog, question), ended]);
  dialog.end();
  await dialog.ended;
  return answer;
}

/** Never ends when the program does: who waits looks at that too. */
async function converse(dialog: Dialog, question: DialogQuestion): Promise<DialogAnswer> {
  const next = repliesOf(dialog);
  const send = (request: string, text?: string): unknown => dialog.input?.write(assuanLine(request, text));
  const greeting = await soon(next());
  if (greeting === undefined || greeting.error !== undefined) return { kind: "cannot" };
  send("GETINFO", "flavor");
  const flavour = await soon(next());
  if (flavour === undefined || flavour.error !== undefined || flavour.data === "") return { kind: "cannot" };
  if (TERMINAL_FLAVOUR.test(flavour.data)) return { kind: "cannot" };
  const seconds = dialogSeconds(question);
  const { complaint } = question;
  const requests: readonly (readonly [request: string, text: string])[] = [
    ["OPTION", "no-grab"],
    ["SETTITLE", "askonce"],
    ["SETDESC", question.lines.filter((line) => line !== complaint).join("\n")],
    ["SETPROMPT", question.label],
    ["SETTIMEOUT", String(seconds ?? 0)],
    ...(complaint === undefined ? [] : [["SETERROR", complaint] as const]),
  ];
  for (const [request, text] of requests) {
    send(request, text);
    // Not every one of them knows every request: the question can be asked all the same.
    if ((await soon(next())) === undefined) return { kind: "cannot" };
  }
  send("GETPIN");
  const { data, error } = await next();
  if (error === undefined) return { kind: "answered", text: data };
  const code = error & CODE_BITS;
  if (code === TIMED_OUT) return { kind: "timed-out" };
  return { kind: CANCELLED.includes(code) ? "cancelled" : "cannot" };
}

function repliesOf(dialog: Dialog): () => Promise<AssuanReply> {
  const read = assuanReader();
  const heard: AssuanReply[] = [];
  let wake = (): void => {};
  dialog.output?.on("data", (piece: string) => {
    heard.push(...read(piece));
    wake();
  });
  return () =>
    new Promise((resolve) => {
      wake = () => {
        const reply = heard.shift();
        if (reply === undefined) return;
        wake = () => {};
        resolve(reply);
      };
      wake();
    });
}

function soon(reply: Promise<AssuanReply>): Promise<AssuanReply | undefined> {
  let timer: NodeJS.Timeout;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  return Promise.race([reply, late]).finally(() => clearTimeout(timer));
}

/** The words of Assuan, the protocol of pinentry (Libassuan manual, "Server responses" and "Client requests"). Pure. */

/** The longest line is 1000 bytes without its end. */
const LONGEST_LINE = 1_000;

/** One answer of the server: its data, decoded, and the number of its error; undefined for OK. */
export interface AssuanReply {
  readonly data: string;
  readonly error: number | undefined;
}

/** A request. A text that would make it too long is cut at its end. */
export function assuanLine(request: string, text = ""): string {
  let line = request;
  for (const [index, sign] of [...text].entries()) {
    const longer = `${line}${index === 0 ? " " : ""}${escaped(sign)}`;
    if (Buffer.byteLength(longer) > LONGEST_LINE) break;
    line = longer;
  }
  return `${line}\n`;
}

/**
 * Reads replies from text that comes in any pieces. Returns those that a piece has completed. What is neither OK, an
 * error nor data is left out: status lines, comments, garbage.
 */
export function assuanReader(): (piece: string) => AssuanReply[] {
  let [rest, data] = ["", ""];
  return (piece) => {
    const lines = (rest + piece).split("\n");
    rest = (lines.pop() ?? "").slice(-2 * LONGEST_LINE);
    return lines.flatMap((line) => {
      const [, word, , text = ""] = /^(OK|ERR|D)( (.*?))?\r?$/.exec(line) ?? [];
      if (word === "D") data = (data + unescaped(text)).slice(-LONGEST_LINE);
      if (word !== "OK" && word !== "ERR") return [];
      const reply = { data, error: word === "OK" ? undefined : Number.parseInt(text, 10) || 0 };
      data = "";
      return [reply];
    });
  };
}

function escaped(sign: string): string {
  return sign === "%" || sign === "\r" || sign === "\n" ? encodeURIComponent(sign) : sign;
}

function unescaped(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
