/** A line that is typed into bash -> its words, and a word -> how it has to stand there. Nothing is expanded. Pure. */

/** A line as it stands before the cursor. */
export interface TypedLine {
  /** The whole words, as bash would hand them to the program. */
  readonly before: readonly string[];
  /** The word at the cursor; empty after a blank. */
  readonly current: string;
  /** The quote that is open at the cursor. */
  readonly quote: "" | "'" | '"';
  /** How much of the current word, in characters, bash keeps when it puts in what is offered. */
  readonly kept: number;
  /** Whether the current word is where something is redirected to. */
  readonly isRedirected: boolean;
}

/** Reads a line. `breaks` are bash's COMP_WORDBREAKS: after one of them, as after a quote, it sees a new word. */
export function readLine(line: string, breaks: string): TypedLine {
  const words: string[] = [];
  let current: string | undefined;
  let quote: TypedLine["quote"] = "";
  let kept = 0;
  let isRedirected = false;
  const characters = [...line];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? "";
    const next = characters[index + 1];
    const escapes = quote === "" || (quote === '"' && /[$`"\\]/.test(next ?? ""));
    if (character === "\\" && quote !== "'" && escapes && next !== undefined) {
      current = (current ?? "") + next;
      index += 1;
    } else if (character === quote) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) {
      quote = character;
      current ??= "";
      kept = lengthOf(current);
    } else if (quote === "" && /[\s<>]/.test(character)) {
      if (current !== undefined && !isRedirected) words.push(current);
      if (current !== undefined) isRedirected = false;
      if (/[<>]/.test(character)) isRedirected = true;
      current = undefined;
      kept = 0;
    } else {
      current = (current ?? "") + character;
      if (quote === "" && breaks.includes(character)) kept = lengthOf(current);
    }
  }
  return { before: words, current: current ?? "", quote, kept, isRedirected };
}

/** What bash is to put in for a word that begins with what is typed; undefined for another word. */
export function completed(word: string, { current, quote, kept }: TypedLine): string | undefined {
  if (!word.startsWith(current)) return undefined;
  return escaped([...word].slice(kept).join(""), quote);
}

function escaped(text: string, quote: TypedLine["quote"]): string {
  if (quote === "'") return text.replaceAll("'", "'\\''");
  // Within double quotes nothing keeps bash from taking ! for history.
  if (quote === '"') return text.replace(/[$`"\\]/g, "\\$&").replaceAll("!", `"'!'"`);
  return text.replace(/[^\p{L}\p{M}\p{N}_./:=@%+,-]/gu, "\\$&");
}

function lengthOf(text: string): number {
  return [...text].length;
}
