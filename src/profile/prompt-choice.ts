/** How a person may be asked, as `--prompt`, `mfa_prompt` and ASKONCE_PROMPT say it. */

/** What asks away from the terminal, by the name its user knows; `auto` tries them in the order of `dialogs/drivers.ts`. */
export const DRIVER_NAMES = ["tmux", "zenity", "kdialog", "osascript", "powershell", "pinentry"] as const;

export type DriverName = (typeof DRIVER_NAMES)[number];

/** `auto`: what can really ask here and now; `terminal` and a driver's name: that alone; `none`: nobody. */
export type PromptChoice = "auto" | "terminal" | "none" | DriverName;

/** The choice a text names, or undefined. */
export function promptChoiceOf(text: string): PromptChoice | undefined {
  return (["auto", "terminal", "none", ...DRIVER_NAMES] as const).find((choice) => choice === text);
}
