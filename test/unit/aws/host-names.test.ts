import type { LookupAddress, LookupOptions } from "node:dns";
import { expect, test } from "vitest";
import { lookupBy } from "../../../src/aws/host-names.ts";

type Found = string | LookupAddress[];

function look(host: string, options: LookupOptions, environment: NodeJS.ProcessEnv = process.env): Promise<Found> {
  const lookup = lookupBy(environment, new AbortController().signal);
  return new Promise((resolve, reject) =>
    lookup(host, options, (error, found) => (error === null ? resolve(found) : reject(error))),
  );
}

test("one address or all of them are found, as Node finds them", async () => {
  expect(await look("localhost", { family: 4 })).toBe("127.0.0.1");
  expect(await look("localhost", { family: 4, all: true })).toEqual([{ address: "127.0.0.1", family: 4 }]);
});

test("what was found once is known", async () => {
  expect(await look("localhost", { family: 4, hints: 0 })).toBe("127.0.0.1");
  const startedAt = performance.now();
  for (let time = 0; time < 100; time++) await look("localhost", { family: 4, hints: 0 });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test("a name that is none fails with the system's code", async () => {
  await expect(look("no such name.invalid", {})).rejects.toMatchObject({
    code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
  });
});

test("a name is no option of the program that looks it up", async () => {
  await expect(look("--version", {})).rejects.toMatchObject({ syscall: "getaddrinfo" });
});
