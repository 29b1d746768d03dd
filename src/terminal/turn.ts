/** Whose turn it is to draw on the terminal: what only tells that work goes on gives way to questions and lasting lines. */

const drawers = new Set<() => Promise<void>>();
let standing = 0;

/** Adds what gives way: `wipe` has it off the terminal when it resolves. The returned function takes it back. */
export function givingWay(wipe: () => Promise<void>): () => void {
  drawers.add(wipe);
  return () => drawers.delete(wipe);
}

/** True while something has the terminal that must not be drawn over. */
export function isTerminalTaken(): boolean {
  return standing > 0;
}

/** Does something with a terminal that nothing else is drawn on meanwhile. */
export async function withTerminalTurn<T>(work: () => Promise<T> | T): Promise<T> {
  standing++;
  try {
    for (const wipe of drawers) await wipe();
    return await work();
  } finally {
    standing--;
  }
}
