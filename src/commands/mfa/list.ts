/** The list of a user's devices, for people and for programs. */

import type { MfaDevice } from "../../aws/iam.ts";
import { shortName } from "../../aws-names/arn.ts";
import { isSecurityKey } from "../../aws-names/mfa-serial.ts";
import { shellWord } from "../../text/shell-words.ts";
import { widthOf } from "../../text/terminal-text.ts";
import { devicesOf, type Owner } from "./owner.ts";

export type Kind = "app" | "token" | "security-key";

const WORDS: Readonly<Record<Kind, string>> = {
  app: "authenticator app",
  token: "hardware token",
  "security-key": "security key",
};
/** Below it a device has two lines. */
const WIDE_COLUMNS = 60;

/** What a device is, by its ARN; a hardware token has a serial number instead. */
export function kindOf(serial: string): Kind {
  if (isSecurityKey(serial)) return "security-key";
  return /^arn:[^:]*:iam::\d*:mfa\//.test(serial) ? "app" : "token";
}

/** The serial of the device whose codes are asked for: named, remembered, or the only one; undefined where there is a choice to make, or none. */
export function usedSerial({ request, store, id }: Owner, devices: readonly MfaDevice[]): string | undefined {
  const { serial } = request.source.mfa;
  if (serial !== undefined) return serial;
  const makers = devices.filter(({ serial }) => kindOf(serial) !== "security-key").map(({ serial }) => serial);
  const remembered = store.users.read(id).serial;
  if (remembered !== undefined && makers.includes(remembered)) return remembered;
  return makers.length === 1 ? makers[0] : undefined;
}

/** The lines of `mfa list`, or its one line of JSON. */
export async function deviceList(owner: Owner, asJson: boolean): Promise<string[]> {
  const devices = await devicesOf(owner);
  const used = usedSerial(owner, devices);
  return asJson ? [json(owner, devices, used)] : tableOf(owner, devices, used, owner.streams.stdoutColumns() ?? 80);
}

function json(owner: Owner, devices: readonly MfaDevice[], used: string | undefined): string {
  return JSON.stringify({
    version: 1,
    profile: owner.request.name,
    account: owner.accountId,
    user: owner.userName,
    uses: used ?? null,
    devices: devices.map(({ serial, enabledAtMs }) => ({
      serial,
      name: shortName(serial),
      kind: kindOf(serial),
      since: enabledAtMs === undefined ? null : new Date(enabledAtMs).toISOString().replace(".000Z", "Z"),
      used: serial === used,
    })),
  });
}

/** Pure but for the owner's store. */
function tableOf(owner: Owner, devices: readonly MfaDevice[], used: string | undefined, columns: number): string[] {
  const { userName, accountId, request } = owner;
  const name = shellWord(request.name);
  const count = devices.length === 1 ? "1 MFA device" : `${devices.length || "no"} MFA devices`;
  const rows = devices.map(({ serial, enabledAtMs }) => ({
    mark: serial === used ? "✓" : " ",
    device: shortName(serial),
    kind: WORDS[kindOf(serial)],
    since: enabledAtMs === undefined ? "" : new Date(enabledAtMs).toISOString().slice(0, 10),
    note: serial === used ? "asked for" : kindOf(serial) === "security-key" ? "not for STS" : "",
  }));
  const width = Math.max(0, ...rows.map((row) => widthOf(row.device)));
  const isWide = columns >= Math.max(WIDE_COLUMNS, width + 46);
  const lines = rows.flatMap((row) =>
    isWide
      ? [
          `${row.mark} ${row.device}${" ".repeat(width - widthOf(row.device))}  ${row.kind.padEnd(17)}  ${row.since.padEnd(10)}  ${row.note}`,
        ]
      : [`${row.mark} ${row.device}`, `  ${[row.kind, row.since].filter((part) => part !== "").join(", ")}`],
  );
  return [
    columns < WIDE_COLUMNS ? `${userName} · ${accountId}` : `${userName} · account ${accountId} · ${count}`,
    ...lines,
    ...adviceOf(devices, used, name, columns),
  ];
}

function adviceOf(devices: readonly MfaDevice[], used: string | undefined, name: string, columns: number): string[] {
  const makers = devices.filter(({ serial }) => kindOf(serial) !== "security-key");
  const cure = (text: string, command: string): string[] =>
    columns < WIDE_COLUMNS ? [`! ${text}:`, `  ${command}`] : [`! ${text}: ${command}`];
  if (makers.length === 0)
    return cure(devices.length === 0 ? "no MFA device" : "none makes codes", `askonce mfa enroll ${name}`);
  if (used === undefined) return cure("the next sign-in asks which", `askonce login ${name}`);
  if (!makers.some(({ serial }) => serial === used))
    return cure(`mfa_serial names ${shortName(used)}, which is gone`, `askonce mfa enroll ${name}`);
  if (makers.length === 1) return cure("no spare", `askonce mfa enroll ${name} --device ${shortName(used)}-spare`);
  return [];
}
