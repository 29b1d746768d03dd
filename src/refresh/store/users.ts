/** What this run knows and learns of IAM users. */

import type { UsableCache } from "../../cache/directory.ts";
import { forgetUser, type KnownUser, readUser, writeUser } from "../../cache/user-file.ts";
import type { Context } from "../../runtime/context.ts";
import { attemptWrite } from "../../runtime/log.ts";

export interface Users {
  /** Empty when nothing is known. */
  read(id: string): KnownUser;
  /** Adds to what is known. */
  keep(id: string, learnt: KnownUser): void;
  forget(id: string): void;
}

/** What the disk does not take still holds for this run, which would otherwise use outdated facts or ask again. */
export function usersOnDisk(cache: UsableCache, context: Context): Users {
  const { uid } = context;
  const unwritten = new Map<string, KnownUser>();
  const read = (id: string): KnownUser => unwritten.get(id) ?? readUser(cache.users, id, uid);
  return {
    read,
    keep: (id, learnt) => {
      unwritten.set(id, { ...read(id), ...learnt });
      attemptWrite("user", context, () => {
        writeUser(cache.users, id, learnt, uid);
        unwritten.delete(id);
      });
    },
    forget: (id) => {
      unwritten.delete(id);
      forgetUser(cache.users, id);
    },
  };
}

export function usersInMemory(): Users {
  const users = new Map<string, KnownUser>();
  return {
    read: (id) => users.get(id) ?? {},
    keep: (id, learnt) => void users.set(id, { ...users.get(id), ...learnt }),
    forget: (id) => void users.delete(id),
  };
}
