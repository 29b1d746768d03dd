/**
 * The environment as askonce was given it. It is taken, and a home put into Node's own, before anything is loaded that asks
 * for one and fails where there is none: env-paths does. So main.ts imports this before the rest, and is bundled first.
 */

import { homeDirectory } from "../disk/home.ts";

export const givenEnvironment = { ...process.env };
process.env.HOME = homeDirectory();
