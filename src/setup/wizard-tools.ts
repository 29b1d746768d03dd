/** What the steps of the wizard work with. */

import type { SharedTexts } from "../aws-files/read.ts";
import type { Store } from "../refresh/store/store.ts";
import type { Context } from "../runtime/context.ts";
import type { Environment } from "../runtime/environment.ts";
import type { Interview } from "./interview.ts";
import type { Options } from "./options.ts";

export interface Wizard {
  readonly texts: SharedTexts;
  readonly options: Options;
  readonly interview: Interview;
  readonly env: Environment;
  readonly store: Store;
  readonly context: Context;
  readonly program: string;
  /** One line for the user: a label, and what it is about. */
  say(label: string, text: string): Promise<void>;
  progress<T>(text: string, work: () => Promise<T>): Promise<T>;
  readSecret(): Promise<string>;
}
