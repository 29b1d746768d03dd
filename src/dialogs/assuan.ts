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
