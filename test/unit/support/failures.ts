/** The failure that something ends with; a test that expects one says so by asking for it. */
import { AskonceError } from "../../../src/runtime/errors.ts";

export function failureOf(act: () => unknown): AskonceError {
  try {
    act();
  } catch (error) {
    if (error instanceof AskonceError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

export async function failureOfPromise(promise: Promise<unknown>): Promise<AskonceError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AskonceError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
