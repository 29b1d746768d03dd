import { expect, test } from "vitest";
import { dialogEnvironment } from "../../../src/dialogs/dialog-environment.ts";

const SECRETS = {
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_PROFILE: "work",
  NODE_OPTIONS: "--require=x",
  GITHUB_TOKEN: "secret",
  LD_PRELOAD: "x.so",
  GTK_MODULES: "x",
  ZENITY_CANCEL: "0",
  WSLENV: "GITHUB_TOKEN",
  XDG_TOKEN1: "secret",
  path: "/elsewhere",
};

test("what finds the screen, the language and the looks is handed on, and nothing else", () => {
  const wanted = {
    PATH: "/bin",
    HOME: "/home/jane",
    DISPLAY: ":0",
    XAUTHORITY: "/run/x",
    WAYLAND_DISPLAY: "wayland-0",
    XDG_RUNTIME_DIR: "/run/user/1",
    DBUS_SESSION_BUS_ADDRESS: "unix:path=/run/bus",
    LANG: "de_DE.UTF-8",
    LC_MESSAGES: "C",
  };
  expect(dialogEnvironment({ ...SECRETS, ...wanted }, "linux")).toEqual(wanted);
});

test("Windows writes its names in any case", () => {
  const env = { ...SECRETS, path: undefined, Path: "C:\\", SystemRoot: "C:\\Windows" };
  expect(dialogEnvironment(env, "win32")).toEqual({ Path: "C:\\", SystemRoot: "C:\\Windows" });
});
