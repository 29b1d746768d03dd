/** The long-term keys of a request: at hand, or from the program that has them, run by one process at a time. */

import { isStatic, type KeyProgram, type LongTermKeys } from "../keys/long-term-keys.ts";
import type { SessionRequest } from "../profile/request.ts";
import type { Context } from "../runtime/context.ts";
import { AskonceError } from "../runtime/errors.ts";
import { keySourceId } from "../session/identity.ts";
import { keysLock } from "./lock-names.ts";
import type { Store } from "./store/store.ts";
import { underLock } from "./under-lock.ts";

/** Where the program's failures are shared: with the same command, so that nobody unlocks a password manager twenty times. */
const PLACE = "keys";

export interface SigningKeys {
  /** The access key id, as far as it is known without the secret: a program is run only when it never was. */
  id(): Promise<string>;
  /** The keys, got once for this run. Throws `locked` at once where another process runs the program and nobody is to wait for it. */
  get(context: Context, mayWait?: boolean): Promise<LongTermKeys>;
  /** Whether `get` would run the program. */
  needTheirProgram(): boolean;
}

/** Throws as keysFromProgram does, and `locked` or when time is up while another process runs the program. */
export function signingKeys(
  request: SessionRequest,
  store: Pick<Store, "users" | "failures" | "locks">,
  context: Context,
): SigningKeys {
  const { keys } = request;
  if (isStatic(keys)) {
    return { id: async () => keys.accessKeyId, get: async () => keys, needTheirProgram: () => false };
  }
  const sourceId = keySourceId(keys);
  let got: LongTermKeys | undefined;
  /** Runs the program, unless it has become known meanwhile what is `wanted` of it. */
  const run = (its: Context, wanted: () => string | undefined, mayWait: boolean): Promise<string> => {
    const arrived = (): string | undefined => {
      const shared = store.failures.shared(sourceId, [PLACE]);
      if (shared !== undefined) throw shared;
      return wanted();
    };
    return underLock(store.locks, keysLock(sourceId), its, { arrived, mayWait }, async () => {
      got = await runAndRemember(keys, sourceId, store, its);
      return got.accessKeyId;
    });
  };
  const known = (): string | undefined => got?.accessKeyId ?? store.users.read(sourceId).accessKeyId;
  return {
    id: async () => known() ?? run(context, known, true),
    needTheirProgram: () => got === undefined,
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
  const { keysFromProgram } = await import("../keys/key-program.ts");
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
