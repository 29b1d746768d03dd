import { expect, test } from "vitest";
import { lookAtCache } from "../../../src/cache/directory.ts";
import { requesterOf } from "../../../src/caller/requester.ts";
import { commandId } from "../../../src/locking/process-identity.ts";
import { noteOf } from "../../../src/refresh/asking/askers.ts";
import { openStore } from "../../../src/refresh/store/store.ts";
import type { Context } from "../../../src/runtime/context.ts";
import { AskonceError } from "../../../src/runtime/errors.ts";
import { plainRequest } from "../support/profiles.ts";
import { me, temporaryDirectory } from "../support/temporary.ts";

const requester = (id: string) => ({ program: `aws ${id}`, commandId: id, terminal: `pts-${id}` });

test("A request without a requester is this process's own", () => {
  expect(requesterOf({}).commandId).toBe(commandId());
  expect(requesterOf({ requester: requester("1") })).toEqual(requester("1"));
});

test("Requests of one process share failures and lines only with those of their own command", () => {
  const root = `${temporaryDirectory()}/cache`;
  const storeFor = (id: string) => {
    const context = { uid: me, startedAtMs: Date.now(), log() {}, requester: requester(id) };
    return openStore(lookAtCache(root, me), context as unknown as Context);
  };
  const [one, same, other] = [storeFor("1"), storeFor("1"), storeFor("2")];
  one.failures.shareNoCode("session", "terminal", new AskonceError("no-code", "it was cancelled"));
  expect(same.failures.shared("session", ["terminal"])).toMatchObject({ message: "it was cancelled" });
  expect(other.failures.shared("session", ["terminal"])).toBeUndefined();
  expect([one, same, other].map((store) => store.isFirstToSay("waiting"))).toEqual([true, false, true]);
});

test("A request tells others of its own program and terminal", () => {
  expect(noteOf(plainRequest(), requester("1"), { name: "a window" })).toMatchObject({
    where: "a window",
    terminal: "pts-1",
    caller: "aws 1",
  });
});
