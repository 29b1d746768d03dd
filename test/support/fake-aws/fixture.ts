import { Secret } from "otpauth";
import { type State, secretFrom, seeded } from "./accounts.ts";
import { ALLOW_ALL, DENY_LISTING, REQUIRE_MFA } from "./policies.ts";
import type { PolicyDocument } from "./policy.ts";

/** Account of the users. */
export const ACCOUNT = "123456789012";
/** Account of the roles. */
export const ROLE_ACCOUNT = "210987654321";

function credentials(name: string): { accessKeyId: string; secretAccessKey: string } {
  return {
    accessKeyId: `AKIAFAKE${name.toUpperCase().repeat(12).slice(0, 12)}`,
    secretAccessKey: secretFrom(seeded(`key ${name}`)),
  };
}

function device(serial: string): { serial: string; secret: string } {
  const bytes = seeded(`device ${serial}`).subarray(0, 20);
  return { serial, secret: new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32 };
}

function user<D>(name: string, devices: D) {
  return { name, arn: `arn:aws:iam::${ACCOUNT}:user/${name}`, ...credentials(name), devices };
}

const mfa = (name: string) => device(`arn:aws:iam::${ACCOUNT}:mfa/${name}`);
const role = (name: string) => `arn:aws:iam::${ROLE_ACCOUNT}:role/${name}`;

/** The world as it stands when the server starts; the same in every process. */
export const FIXTURE = {
  account: ACCOUNT,
  roleAccount: ROLE_ACCOUNT,
  /** One virtual device; nothing without MFA. */
  jane: user("jane", { phone: mfa("jane-phone") }),
  /** A FIDO key only. */
  fido: user("fido", { key: { serial: `arn:aws:iam::${ACCOUNT}:u2f/user/fido/key` } }),
  /** A hardware token. */
  hank: user("hank", { token: device("GAHT12345678") }),
  /** Two authenticator apps and a FIDO key. */
  mia: user("mia", {
    phone: mfa("mia-phone"),
    tablet: mfa("mia-tablet"),
    key: { serial: `arn:aws:iam::${ACCOUNT}:u2f/user/mia/key` },
  }),
  /** Denied even the list of own devices. */
  dan: user("dan", { phone: mfa("dan-phone") }),
  /** No device and no policy that asks for one. */
  olaf: user("olaf", {}),
  roles: {
    /** MFA; up to twelve hours; tags and source identity allowed. */
    admin: role("admin"),
    /** MFA; up to one hour. */
    reader: role("reader"),
    /** MFA and the external id below. */
    partner: role("partner"),
    /** Trusts sessions of `reader` only: a chain. */
    deploy: role("deploy"),
    /** No MFA asked for by its trust. */
    open: role("open"),
  },
  externalId: "askonce-example",
} as const;

/** The fixture's type, for those who read it from another process. */
export type Fixture = typeof FIXTURE;

/** Fills a new state with the fixture. */
export function loadFixture(state: State): void {
  const people: [Fixture["jane" | "fido" | "hank" | "mia" | "dan" | "olaf"], PolicyDocument[]][] = [
    [FIXTURE.jane, [ALLOW_ALL, REQUIRE_MFA]],
    [FIXTURE.fido, [ALLOW_ALL, REQUIRE_MFA]],
    [FIXTURE.hank, [ALLOW_ALL, REQUIRE_MFA]],
    [FIXTURE.mia, [ALLOW_ALL, REQUIRE_MFA]],
    [FIXTURE.dan, [ALLOW_ALL, REQUIRE_MFA, DENY_LISTING]],
    [FIXTURE.olaf, [ALLOW_ALL]],
  ];
  for (const [person, policies] of people) {
    const added = state.addUser({ accountId: ACCOUNT, name: person.name, policies });
    state.addKey(added, person.accessKeyId, person.secretAccessKey);
    for (const entry of Object.values<{ serial: string; secret?: string }>(person.devices))
      state.addDevice(added, entry.serial, entry.secret);
  }
  const trusted = { accountId: ROLE_ACCOUNT, principals: [`arn:aws:iam::${ACCOUNT}:root`] };
  state.addRole({ ...trusted, name: "admin", requireMfa: true, maxSessionSeconds: 43_200, tagging: true });
  state.addRole({ ...trusted, name: "reader", requireMfa: true });
  state.addRole({ ...trusted, name: "partner", requireMfa: true, externalId: FIXTURE.externalId });
  state.addRole({ ...trusted, name: "open", tagging: true });
  state.addRole({
    accountId: ROLE_ACCOUNT,
    name: "deploy",
    principals: [FIXTURE.roles.reader],
    maxSessionSeconds: 43_200,
  });
}
