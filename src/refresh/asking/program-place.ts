/** The program of `mfa_process` as a place to get a code from. */

import { digest } from "../../disk/file-names.ts";
import { codeFromProcess } from "../../mfa/mfa-process.ts";
import { firstOf } from "../../runtime/abort.ts";
import type { Context } from "../../runtime/context.ts";
import type { Place } from "./place.ts";

/** A program that takes longer may wait for its user: a security key wants a touch. */
const SLOW_MS = 1_000;

/** @param onSlow is called once while the program takes long */
export function programPlace(command: string, context: Context, onSlow: () => Promise<void>): Place {
  return {
    kind: "process",
    id: `process-${digest(command).slice(0, 16)}`,
    name: "mfa_process",
    async ask(_, { withinMs, arrived }) {
      const timeout = Number.isFinite(withinMs) ? [AbortSignal.timeout(Math.max(0, Math.floor(withinMs)))] : [];
      const signal = firstOf([context.deadline.signal, arrived, ...timeout]);
      const slow = setTimeout(() => void onSlow(), SLOW_MS);
      try {
        return { kind: "answered", value: await codeFromProcess(command, context.childEnvironment, signal) };
      } catch (error) {
        if (arrived.aborted) return { kind: "arrived" };
        throw error;
      } finally {
        clearTimeout(slow);
      }
    },
  };
}
