/** What of the environment a dialog program gets: what it needs to find the screen, the user's language and looks, and no more. */

import type { Environment } from "../runtime/environment.ts";

const NAMES = [
  // Where things are, and in which words.
  ...["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LANGUAGE", "TZ", "TERM", "SHELL"],
  // The screen, its cookie and the session's bus.
  ...["DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "DESKTOP_SESSION", "SESSION_MANAGER"],
  ...["TMUX", "TMUX_PANE"],
  // Looks and input methods.
  ...["GDK_BACKEND", "GDK_SCALE", "GDK_DPI_SCALE", "GTK_THEME", "GTK_IM_MODULE", "NO_AT_BRIDGE", "XMODIFIERS"],
  ...["QT_QPA_PLATFORM", "QT_QPA_PLATFORMTHEME", "QT_STYLE_OVERRIDE", "QT_IM_MODULE", "QT_FONT_DPI"],
  ...["QT_SCALE_FACTOR", "QT_AUTO_SCREEN_SCALE_FACTOR", "KDE_FULL_SESSION", "KDE_SESSION_VERSION"],
  ...["XCURSOR_THEME", "XCURSOR_SIZE", "__CF_USER_TEXT_ENCODING"],
  // How a program of Windows is reached from its Linux, and starts at all. WSLENV stays: it hands others on.
  ...["WSL_DISTRO_NAME", "WSL_INTEROP", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP"],
  ...["USERPROFILE", "USERNAME", "USERDOMAIN", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES"],
  ...["PROGRAMFILES(X86)", "COMMONPROGRAMFILES", "PSMODULEPATH"],
];
const KNOWN = new Set(NAMES);

/** The part of the environment that dialogs get. Windows has its names in any case: `Path`. */
export function dialogEnvironment(env: Environment, platform: NodeJS.Platform): Record<string, string> {
  const isKnown = (name: string): boolean => KNOWN.has(name) || /^(LC|XDG)_[A-Z_]+$/.test(name);
  const nameOf = (name: string): string => (platform === "win32" ? name.toUpperCase() : name);
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && isKnown(nameOf(name)) ? [[name, value] as const] : [],
    ),
  );
}
