import type { Context } from "./context.ts";

/** A write that may fail: a full or read-only disk must not cost the answer. The log says what was not written. */
export function attemptWrite(what: string, context: Context, write: () => void): void {
  try {
    write();
  } catch (error) {
    context.log("cannot write", { what, error: (error as NodeJS.ErrnoException).code ?? (error as Error).name });
  }
}
