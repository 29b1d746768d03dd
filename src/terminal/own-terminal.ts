/** What goes on at a terminal: whose turn it is to draw there, and the question that stands there. */

import type { TerminalHold } from "./hold.ts";

export interface Terminal {
  /** The terminal as a question holds it. */
  held: TerminalHold | undefined;
  /** True from the beginning of a question to its end, whether it holds the terminal or not. */
  isAsking: boolean;
  /** True while something stands there that must not be drawn over. */
  isTaken(): boolean;
  /** Adds a drawing that gives way: `wipe` resolves when it is off the terminal. The returned function takes it back. */
  givingWay(wipe: () => Promise<void>): () => void;
  /** Does some work while nothing else is drawn. */
  whileTaken<T>(work: () => Promise<T> | T): Promise<T>;
}

/** This process's controlling terminal. All requests share this object, since a process has one such terminal at most. */
export const ownTerminal = createTerminal();

function createTerminal(): Terminal {
  const drawings = new Set<() => Promise<void>>();
  let standing = 0;
  return {
    held: undefined,
    isAsking: false,
    isTaken: () => standing > 0,
    givingWay(wipe) {
      drawings.add(wipe);
      return () => drawings.delete(wipe);
    },
    async whileTaken(work) {
      standing++;
      try {
        for (const wipe of drawings) await wipe();
        return await work();
      } finally {
        standing--;
      }
    },
  };
}
