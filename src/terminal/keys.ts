/**
 * Bytes of a raw terminal become text for the prompt and the few keys that end or stop it. Whatever else a terminal
 * sends (arrows, mouse, focus, reports, pasted control characters) never reaches the answer and never cancels.
 */

import { StringDecoder } from "node:string_decoder";
import type { ControlKeys } from "./guard.ts";

/** `text` is for the line editor; the others are named after what they ask for. */
export type Key =
  | { kind: "text"; text: string }
  | { kind: "interrupt" | "quit" | "suspend" | "end-of-input" | "escape" };

/** Turns chunks of bytes into keys. */
export interface KeyReader {
  feed(bytes: Buffer): void;
  close(): void;
}

/** A lone Escape and the begin of a sequence look alike until nothing follows; slow lines may cut a sequence in two. A paste without an end ends then too. */
const ESCAPE_WAIT_MS = 250;
const LONGEST_SEQUENCE = 1_024;

const ESC = "\x1b";
const PASTE_BEGIN = "\x1b[200~";
const PASTE_END = "\x1b[201~";
/** A CSI, SS3 or string sequence, an X10 mouse report, a function key of the Linux console, or Alt with a key. */
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what terminals send
  /^\x1b(?:\[M[\s\S]{3}|\[\[[\s\S]|\[(?![M[])[0-?]*[ -/]*[@-~]|O[\s\S]|[\]P_^X][\s\S]*?(?:\x07|\x1b\\)|[^[O\]P_^X\x1b])/;

/** Control characters the line editor knows: Ctrl-A B E F K U W, both erase keys, Enter. */
const EDITING = new Set("\x01\x02\x05\x06\x0b\x15\x17\b\x7f\r\n");
const EDITING_SEQUENCES = new Map([
  ["\x1b[D", "\x02"],
  ["\x1bOD", "\x02"],
  ["\x1b[C", "\x06"],
  ["\x1bOC", "\x06"],
  ["\x1b[H", "\x01"],
  ["\x1bOH", "\x01"],
  ["\x1b[1~", "\x01"],
  ["\x1b[F", "\x05"],
  ["\x1bOF", "\x05"],
  ["\x1b[4~", "\x05"],
  ["\x1b[3~", "\x1b[3~"],
]);

/** Makes a reader that calls `onKey` for each key, with the control characters that this terminal's user has set. */
export function createKeyReader(controls: ControlKeys, onKey: (key: Key) => void): KeyReader {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  let isPasting = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const special = (character: string): Key["kind"] | undefined => {
    if (character === controls.interrupt) return "interrupt";
    if (character === controls.quit) return "quit";
    if (character === controls.suspend) return "suspend";
    return character === controls.end ? "end-of-input" : undefined;
  };

  const emit = (key: Key) => {
    if (!closed) onKey(key);
  };

  const emitTyped = (character: string) => {
    const kind = special(character);
    if (kind !== undefined && kind !== "text") emit({ kind });
    else if (character === controls.kill) emit({ kind: "text", text: "\x15" });
    else if (EDITING.has(character) || !isControl(character)) emit({ kind: "text", text: character });
  };

  /** Line ends inside a paste are part of what was copied, not the Enter key. */
  const takePaste = (): boolean => {
    const end = pending.indexOf(PASTE_END);
    const text = end < 0 ? pending.slice(0, safeLength(pending)) : pending.slice(0, end);
    for (const character of text) if (!isControl(character)) emit({ kind: "text", text: character });
    pending = pending.slice(end < 0 ? text.length : end + PASTE_END.length);
    isPasting = end < 0;
    return !isPasting;
  };

  const takeSequence = (): boolean => {
    if (pending.startsWith(ESC + ESC)) {
      pending = pending.slice(1);
      return true;
    }
    const sequence = SEQUENCE.exec(pending)?.[0];
    if (sequence === undefined) return false;
    pending = pending.slice(sequence.length);
    isPasting = sequence === PASTE_BEGIN;
    const text = EDITING_SEQUENCES.get(sequence);
    if (text !== undefined) emit({ kind: "text", text });
    return true;
  };

  const takeAll = () => {
    while (pending !== "" && !closed) {
      if (isPasting) {
        if (!takePaste()) return;
      } else if (pending.startsWith(ESC)) {
        if (!takeSequence()) return;
      } else {
        const [character = ""] = pending;
        pending = pending.slice(character.length);
        emitTyped(character);
      }
    }
  };

  const giveUpWaiting = () => {
    const wasLoneEscape = pending === ESC && !isPasting;
    pending = "";
    isPasting = false;
    if (wasLoneEscape) emit({ kind: "escape" });
  };

  return {
    feed(bytes) {
      clearTimeout(timer);
      pending += decoder.write(bytes);
      takeAll();
      if (pending.length > LONGEST_SEQUENCE) pending = "";
      if ((pending !== "" || isPasting) && !closed) timer = setTimeout(giveUpWaiting, ESCAPE_WAIT_MS);
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** The part of a paste that cannot be the begin of its end mark. */
function safeLength(text: string): number {
  for (let length = Math.min(PASTE_END.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(PASTE_END.slice(0, length))) return text.length - length;
  }
  return text.length;
}

function isControl(character: string): boolean {
  return /\p{Cc}/u.test(character);
}
