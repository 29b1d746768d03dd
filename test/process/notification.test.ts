import { afterAll, beforeAll, expect, test } from "vitest";
import { notify } from "../../src/dialogs/notification.ts";
import { BUS_TOOLS, type Bus, DESKTOP_TOOLS, type Desktop, startBus, startDesktop } from "../support/notifications.ts";
import { hasTool, needsTool } from "../support/tools.ts";

const never = new AbortController().signal;
const isDesktopHere = DESKTOP_TOOLS.every(hasTool);
let desktop: Desktop | undefined;
let emptyBus: Bus | undefined;

beforeAll(async () => {
  if (isDesktopHere) desktop = await startDesktop();
  if (BUS_TOOLS.every(hasTool)) emptyBus = await startBus();
});
afterAll(async () => {
  await desktop?.stop();
  await emptyBus?.stop();
});

function here(environment: Record<string, string> | undefined) {
  const { PATH, HOME } = process.env;
  return { env: { PATH, HOME, LANG: "C.UTF-8", ...environment }, platform: process.platform, directory: undefined };
}

test("a notification is delivered, with its texts as they were", async (context) => {
  needsTool(context, ...DESKTOP_TOOLS);
  const text = { title: "askonce · Code for work", body: "account 123456789012 · user jane" };
  expect(await notify(text, here(desktop?.environment), never)).toBe(true);
  expect(desktop?.history()[0]).toEqual({ app: "askonce", ...text });
});

test("no character of it does anything", async (context) => {
  needsTool(context, ...DESKTOP_TOOLS);
  const text = { title: "--help <b>x</b> & \\n %s $(id)", body: "<b>x</b> & &amp; \\n \\t \\\\ %s ' \" \x07\n漢字" };
  expect(await notify(text, here(desktop?.environment), never)).toBe(true);
  expect(desktop?.history()[0]).toEqual({
    app: "askonce",
    title: text.title,
    body: "&lt;b&gt;x&lt;/b&gt; &amp; &amp;amp; \\n \\t \\\\ %s ' \"  漢字",
  });
});

test("where nobody shows notifications it is not delivered, and that is said", async (context) => {
  needsTool(context, ...BUS_TOOLS, "notify-send");
  expect(await notify({ title: "t", body: "b" }, here(emptyBus?.environment), never)).toBe(false);
});

test("nor where the bus has gone", async (context) => {
  needsTool(context, "notify-send");
  const gone = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus" };
  expect(await notify({ title: "t", body: "b" }, here(gone), never)).toBe(false);
});
