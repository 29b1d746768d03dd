/** What has to be undone before the process ends, however it ends: the terminal's mode, children. Synchronous, since a signal waits for nobody. */

const actions = new Set<() => void>();

/** Adds an action; the returned function takes it back. */
export function onEnd(action: () => void): () => void {
  actions.add(action);
  return () => actions.delete(action);
}

/** Does all of it, once. */
export function cleanUp(): void {
  for (const action of actions) {
    actions.delete(action);
    try {
      action();
    } catch {
      // The others have to be done all the same.
    }
  }
}
