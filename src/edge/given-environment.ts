/**
 * The environment as askonce was given it, copied before anything else runs, so main.ts imports this file first. What is left
 * in `process.env` is for the libraries:
 * - A home: env-paths looks for one when it is loaded, and fails without.
 * - Nothing of AWS: the SDK reads variables and the shared files for every setting that it is not given, and finds none here.
 */

import { homeDirectory } from "../disk/home.ts";

export const givenEnvironment = { ...process.env };
process.env.HOME = homeDirectory();
fenceSdk();

function fenceSdk(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  // The proxy agents would write their debug log to stderr.
  delete process.env.DEBUG;
  process.env.AWS_CONFIG_FILE = "/dev/null";
  process.env.AWS_SHARED_CREDENTIALS_FILE = "/dev/null";
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
}
