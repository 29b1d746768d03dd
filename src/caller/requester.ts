/** Who a request is for. */

import { commandId } from "../locking/process-identity.ts";
import type { Context, Requester } from "../runtime/context.ts";
import { terminalId } from "../terminal/ownership.ts";
import { commandLinesAbove } from "./ancestors.ts";
import { callingProgramOf } from "./caller.ts";

/** The requester that came with the request, else what runs this process. */
export function requesterOf({ requester }: Pick<Context, "requester">): Requester {
  return requester ?? thisProcess;
}

/** What runs this process; its parents are looked up once, for a parent that ends later changes nothing. */
const thisProcess = lookedUp();

function lookedUp(): Requester {
  let caller: { readonly name: string | undefined } | undefined;
  return {
    get program() {
      caller ??= { name: callingProgramOf(commandLinesAbove()) };
      return caller.name;
    },
    get commandId() {
      return commandId();
    },
    get terminal() {
      return terminalId();
    },
  };
}
