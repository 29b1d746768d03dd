import { createHash, randomBytes } from "node:crypto";
import { ALLOW_ALL, REQUIRE_MFA, type TrustOptions, trust } from "./policies.ts";
import type { PolicyDocument } from "./policy.ts";
import type { CodeSource } from "./totp.ts";

/** An MFA device. */
export interface Device {
  serial: string;
  /** What makes its codes; a FIDO key has none. */
  codes?: CodeSource;
  user: User;
  enabledAtMs: number;
}

/** A virtual device that was created and belongs to nobody yet. */
export interface CreatedDevice {
  serial: string;
  accountId: string;
  codes: CodeSource;
}

/** An IAM user and the policies attached to it, evaluated as they stand at each request. */
export interface User {
  accountId: string;
  name: string;
  path: string;
  id: string;
  arn: string;
  createdAtMs: number;
  policies: PolicyDocument[];
}

/** A long-term access key. */
export interface LongTermKey {
  kind: "key";
  accessKeyId: string;
  secretAccessKey: string;
  user: User;
  active: boolean;
  createdAtMs: number;
}

/** An IAM role. */
export interface Role {
  accountId: string;
  name: string;
  path: string;
  id: string;
  arn: string;
  trust: PolicyDocument;
  policies: PolicyDocument[];
  maxSessionSeconds: number;
}

/** How a session that was taken back is refused. */
export type RevokedAs = "ExpiredToken" | "InvalidClientTokenId";

interface TemporaryKey {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  issuedAtMs: number;
  expiresAtMs: number;
  revokedAs?: RevokedAs;
}

/** What GetSessionToken hands out. */
export interface UserSession extends TemporaryKey {
  kind: "session";
  user: User;
  /** When a code was given for it; absent without MFA. */
  mfaAtMs?: number;
}

/** What AssumeRole hands out. */
export interface RoleSession extends TemporaryKey {
  kind: "role";
  role: Role;
  name: string;
  tags: Record<string, string>;
  transitiveTagKeys: string[];
  sourceIdentity?: string;
  externalId?: string;
  /** Session policy, which narrows the role's. */
  policies: PolicyDocument[];
}

/** Whoever signs requests. */
export type Credential = LongTermKey | UserSession | RoleSession;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** One letter of base32 a byte. */
export function base32(bytes: Buffer): string {
  return Array.from(bytes, (byte) => ALPHABET[byte % 32]).join("");
}

/** A new id in AWS's shape: four letters that say the kind, sixteen of base32. */
export function newId(prefix: string): string {
  return prefix + base32(randomBytes(16));
}

/** Fixed bytes for a name, so that fixtures are the same in every process. */
export function seeded(name: string): Buffer {
  return createHash("sha512").update(`fake-aws ${name}`).digest();
}

/** A new secret access key's shape: forty characters of base64. */
export function secretFrom(bytes: Buffer): string {
  return bytes.toString("base64").slice(0, 40);
}

const CREATED_AT_MS = Date.UTC(2024, 0, 15, 9, 30);

/** Everything the two services know. Tests may change any of it at any time. */
export class State {
  readonly users: User[] = [];
  readonly roles: Role[] = [];
  readonly devices: Device[] = [];
  /** Virtual devices that were not enabled. */
  readonly created: CreatedDevice[] = [];
  readonly credentials = new Map<string, Credential>();

  /** Adds a user, allowed everything unless policies are given; `requireMfa` denies nearly all of it without MFA. */
  addUser(options: {
    accountId: string;
    name: string;
    path?: string;
    policies?: PolicyDocument[];
    requireMfa?: boolean;
  }): User {
    const path = options.path ?? "/";
    const user: User = {
      accountId: options.accountId,
      name: options.name,
      path,
      id: `AIDA${base32(seeded(`user ${options.accountId} ${options.name}`)).slice(0, 17)}`,
      arn: `arn:aws:iam::${options.accountId}:user${path}${options.name}`,
      createdAtMs: CREATED_AT_MS,
      policies: [...(options.policies ?? [ALLOW_ALL]), ...(options.requireMfa ? [REQUIRE_MFA] : [])],
    };
    this.users.push(user);
    return user;
  }

  /** Adds a long-term key; id and secret are random unless given. */
  addKey(user: User, accessKeyId = newId("AKIA"), secretAccessKey = secretFrom(randomBytes(30))): LongTermKey {
    const key: LongTermKey = {
      kind: "key",
      accessKeyId,
      secretAccessKey,
      user,
      active: true,
      createdAtMs: CREATED_AT_MS,
    };
    this.credentials.set(accessKeyId, key);
    return key;
  }

  /** Deletes a key or session: from now on nobody knows it. */
  deleteKey(accessKeyId: string): void {
    this.credentials.delete(accessKeyId);
  }

  /** Switches a long-term key on or off. */
  setKeyActive(accessKeyId: string, active: boolean): void {
    const key = this.credentials.get(accessKeyId);
    if (key?.kind !== "key") throw new Error(`no long-term key ${accessKeyId}`);
    key.active = active;
  }

  /** Takes a session back: it is refused as told from now on. */
  revoke(accessKeyId: string, as: RevokedAs = "ExpiredToken"): void {
    const session = this.credentials.get(accessKeyId);
    if (!session || session.kind === "key") throw new Error(`no session ${accessKeyId}`);
    session.revokedAs = as;
  }

  /** Adds a device. `secret` is base32; leave it out for a FIDO key. */
  addDevice(user: User, serial: string, secret?: string): Device {
    const device: Device = { serial, user, enabledAtMs: CREATED_AT_MS };
    if (secret !== undefined) device.codes = { secret, lastCounter: -1, stepsAhead: 0 };
    this.devices.push(device);
    return device;
  }

  /** Removes a device; sessions made with it live on, as in AWS. */
  removeDevice(serial: string): void {
    const index = this.devices.findIndex((device) => device.serial === serial);
    if (index < 0) throw new Error(`no device ${serial}`);
    this.devices.splice(index, 1);
  }

  /** Adds a role that may do everything, for those its trust lets in. */
  addRole(
    options: { accountId: string; name: string; path?: string; maxSessionSeconds?: number } & TrustOptions,
  ): Role {
    const path = options.path ?? "/";
    const role: Role = {
      accountId: options.accountId,
      name: options.name,
      path,
      id: `AROA${base32(seeded(`role ${options.accountId} ${options.name}`)).slice(0, 17)}`,
      arn: `arn:aws:iam::${options.accountId}:role${path}${options.name}`,
      trust: trust(options),
      policies: [ALLOW_ALL],
      maxSessionSeconds: options.maxSessionSeconds ?? 3600,
    };
    this.roles.push(role);
    return role;
  }

  /** The user of that name (and account, when names repeat). */
  user(name: string, accountId?: string): User {
    const found = this.users.find((user) => user.name === name && (!accountId || user.accountId === accountId));
    if (!found) throw new Error(`no user ${name}`);
    return found;
  }

  /** The device of that serial. */
  device(serial: string): Device {
    const found = this.devices.find((device) => device.serial === serial);
    if (!found) throw new Error(`no device ${serial}`);
    return found;
  }

  /** Sessions handed out so far, oldest first. */
  sessions(): (UserSession | RoleSession)[] {
    return [...this.credentials.values()].filter((credential) => credential.kind !== "key");
  }
}
