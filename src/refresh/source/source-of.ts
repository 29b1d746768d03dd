/** Picks the implementation for the kind of a request's source. */

import type { RefreshInput } from "../input.ts";
import { mfaSource } from "./mfa.ts";
import type { Source } from "./source.ts";

export function sourceOf(input: RefreshInput): Source {
  switch (input.request.source.kind) {
    case "keys":
    case "program":
      return mfaSource(input);
  }
}
