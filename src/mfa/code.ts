/** What a person types for an MFA code becomes six digits, or a complaint to show at once. */

/** A code as STS takes it, or what to tell whoever typed it. */
export type ParsedCode = { code: string } | { complaint: string };

/** Blanks of every kind, what is invisible, and the hyphen some apps print between the halves. */
const SEPARATORS = /[\s\p{Cf}\p{Cc}\u2010-\u2015-]+/gu;

/**
 * Reads a typed or pasted token code: `123456`, `123 456`, `123-456`, with any blanks around it.
 * Only ASCII digits count, since STS takes no others. The complaint never repeats what was typed.
 */
export function parseTokenCode(text: string): ParsedCode {
  const typed = text.replace(SEPARATORS, "");
  if (/^[0-9]{6}$/.test(typed)) return { code: typed };
  if (typed === "") return { complaint: "six digits, please" };
  if (!/^[0-9]+$/.test(typed)) return { complaint: "digits only, please: six of them" };
  const [were, these] = typed.length === 1 ? ["was", "that"] : ["were", "those"];
  return { complaint: `six digits, please: ${these} ${were} ${typed.length}` };
}
