/** A user without a device for each test, and how that user enrolls one with `askonce mfa enroll`. */

import { beforeEach } from "vitest";
import { typeAnew } from "./askonce.ts";
import type { CreatedDevice, Device, User } from "./fake-aws/accounts.ts";
import { ALLOW_ALL, REQUIRE_MFA_BUT_ENROL } from "./fake-aws/policies.ts";
import type { PolicyDocument } from "./fake-aws/policy.ts";
import { codeFor, counterAt } from "./fake-aws/totp.ts";
import { aws, home, withFreshHomes } from "./fresh-homes.ts";
import { listing } from "./leaks.ts";
import type { PtySession } from "./pty.ts";

/** A user without a device, new for each test. */
export let nora: User;
/** What `awsFiles` gave before the test. */
export let filesBefore: string;
let count = 0;

/** Gives each test a home with a profile of the new user `nora`. */
export function withUserWithoutDevice(): void {
  withFreshHomes();
  beforeEach(() => {
    aws.state.created.length = 0;
    const policies = [ALLOW_ALL, REQUIRE_MFA_BUT_ENROL];
    nora = aws.state.addUser({ accountId: aws.fixture.account, name: `nora${++count}`, policies });
    home.write(".aws/credentials", `${home.read(".aws/credentials")}\n${newKeys()}`);
    home.configure("", "[profile nora]\n# kept by hand\nregion = eu-west-1\n");
    filesBefore = awsFiles();
  });
}

/** Makes nora a user below a path with nothing but this policy, whose keys are the only ones in the home. */
export function giveOnlyPolicy(policy: PolicyDocument): void {
  aws.state.users.splice(aws.state.users.indexOf(nora), 1);
  const policies = [policy];
  nora = aws.state.addUser({ accountId: aws.fixture.account, name: nora.name, path: "/team/a/", policies });
  home.write(".aws/credentials", newKeys());
}

/** The section of the credentials file for a new key of nora. */
function newKeys(): string {
  const { accessKeyId, secretAccessKey } = aws.state.addKey(nora);
  return `[nora]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

/** Every file of ~/.aws. */
export const awsFiles = (): string =>
  JSON.stringify(
    [...listing(home.path)].filter(([path]) => path.startsWith(".aws/")).map(([path, { text }]) => [path, text]),
  );
export const serialOf = (name: string): string => `arn:aws:iam::${aws.fixture.account}:mfa/${name}`;
export const devicesOf = (user: User): Device[] => aws.state.devices.filter((device) => device.user === user);

/** The device that was created last. */
export function created(): CreatedDevice {
  const [device] = aws.state.created.slice(-1);
  if (device === undefined) throw new Error("no device was created");
  return device;
}

/** Two successive codes of a device, `off` steps from now. */
export function pairOf(secret: string, off = 0): [string, string] {
  const now = counterAt(Date.now()) + off;
  return [codeFor(secret, now), codeFor(secret, now + 1)];
}

/** Starts `mfa enroll` in a shell and waits for the question for the first code. */
export async function enrolling(size = {}, more = ""): Promise<PtySession> {
  const pty = await home.shell(size);
  await typeAnew(pty, `askonce mfa enroll nora ${more}; echo "status $?"`);
  await pty.waitFor("? Code", 20_000);
  return pty;
}

/** Types the two codes. */
export async function answer(pty: PtySession, [first, second]: readonly string[]): Promise<void> {
  pty.type(`${first}\r`);
  await pty.waitFor("Now the next code");
  pty.type(`${second}\r`);
}
