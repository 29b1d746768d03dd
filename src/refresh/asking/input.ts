/** What asking for a code works with. */

import type { RefreshInput } from "../input.ts";
import type { Places } from "./place.ts";

export interface AskInput extends RefreshInput {
  /** The session that the code is for, and the device that shows it. */
  readonly identity: { readonly sessionId: string; readonly device: string };
  /** The IAM user's name, if it is known. */
  readonly userName: string | undefined;
  readonly places: Places;
}
