/** The long-term keys of a source: from the AWS files, or from a program that one process at a time runs. */

import type { KeyProgram, KeySource, LongTermKeys } from "../../keys/long-term-keys.ts";
import type { Context } from "../../runtime/context.ts";
import { AskonceError } from "../../runtime/errors.ts";
import { sourceIdOf } from "../../session/identity.ts";
import { keysLock } from "../lock-names.ts";
import type { Store } from "../store/store.ts";
import { underLock } from "../under-lock.ts";

/** Where the program's failures are shared with the same command: the user must not unlock a password manager twenty times. */
const PLACE = "keys";

export interface LazyKeys {
  /** The access key id. The program runs only if its key id was never learnt. */
  id(): Promise<string>;
  /** The keys; the program runs once at most. Throws `locked` at once if another process runs it and this one may not wait. */
  get(context: Context, mayWait?: boolean): Promise<LongTermKeys>;
  /** Whether `get` would run the program. */
  wouldRunProgram(): boolean;
}

/** Its methods throw as keysFromProgram does, and `locked` or a timeout while another process runs the program. */
export function lazyKeys(
  source: KeySource,
  store: Pick<Store, "users" | "failures" | "locks">,
  context: Context,
): LazyKeys {
  if (source.kind === "keys") {
    const { keys } = source;
    return { id: async () => keys.accessKeyId, get: async () => keys, wouldRunProgram: () => false };
  }
  const sourceId = sourceIdOf(source);
  let got: LongTermKeys | undefined;
  /** Runs the program, unless `wanted` has become known meanwhile. */
  const run = (its: Context, wanted: () => string | undefined, mayWait: boolean): Promise<string> => {
    const arrived = (): string | undefined => {
      const shared = store.failures.shared(sourceId, [PLACE]);
      if (shared !== undefined) throw shared;
      return wanted();
    };
    return underLock(store.locks, keysLock(sourceId), its, { arrived, mayWait }, async () => {
      got = await runAndRemember(source, sourceId, store, its);
      return got.accessKeyId;
    });
  };
  const known = (): string | undefined => got?.accessKeyId ?? store.users.read(sourceId).accessKeyId;
  return {
    id: async () => known() ?? run(context, known, true),
    wouldRunProgram: () => got === undefined,
    get: async (its, mayWait = true) => {
      if (got === undefined) await run(its, () => undefined, mayWait);
      if (got === undefined) throw new Error("the program ran and gave neither keys nor an error");
      return got;
    },
  };
}

async function runAndRemember(
  source: KeyProgram,
  sourceId: string,
  store: Pick<Store, "users" | "failures">,
  context: Context,
): Promise<LongTermKeys> {
  context.waiting.for = "the keys";
  context.log("running the credential_process for the long-term keys", { profile: source.profile });
  const { keysFromProgram } = await import("../../keys/key-program.ts");
  try {
    const keys = await keysFromProgram(source, context.childEnvironment, context.deadline.signal);
    store.users.keep(sourceId, { accessKeyId: keys.accessKeyId });
    return keys;
  } catch (error) {
    if (error instanceof AskonceError && !context.deadline.signal.aborted)
      store.failures.shareNoCode(sourceId, PLACE, error);
    throw error;
  }
}
