/** Which driver asks: the first that can, here and now. */

import type { PromptChoice } from "../profile/prompt-choice.ts";
import type { Driver, Surroundings } from "./driver.ts";
import { kdialog } from "./kdialog.ts";
import { osascript } from "./osascript.ts";
import { pinentry } from "./pinentry.ts";
import { powershell } from "./powershell.ts";
import { tmuxPopup } from "./tmux/popup.ts";
import { zenity } from "./zenity.ts";

/** Where the user looks, then what fits the desktop, then what is made for secrets alone. */
const IN_ORDER: readonly Driver[] = [tmuxPopup, osascript, powershell, zenity, kdialog, pinentry];

/** The first that can ask, of all with `auto`, else of the one that is named; but for those that have failed already. */
export async function findDriver(
  choice: PromptChoice,
  here: Surroundings,
  failed: ReadonlySet<Driver>,
): Promise<Driver | undefined> {
  // For this look alone: a display that hangs is waited for once, and not by each driver.
  const look = { ...here };
  for (const driver of inOrder(here)) {
    if (failed.has(driver) || (choice !== "auto" && choice !== driver.name)) continue;
    if (await driver.canAsk(look)) return driver;
  }
  return undefined;
}

/** On a KDE desktop its own dialog comes before GNOME's (XDG_CURRENT_DESKTOP: the desktop entry specification). */
function inOrder({ env }: Surroundings): readonly Driver[] {
  const isKde = (env.XDG_CURRENT_DESKTOP ?? "").split(":").includes("KDE");
  return isKde ? [tmuxPopup, kdialog, ...IN_ORDER.filter((one) => one !== tmuxPopup && one !== kdialog)] : IN_ORDER;
}
