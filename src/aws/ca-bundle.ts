/** A CA bundle: a file of PEM certificates, trusted in place of the system's, as in botocore. */

import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { Setting } from "../profile/network.ts";
import { AskonceError } from "../runtime/errors.ts";

/** All the authorities that systems trust take less than one of it. */
const MOST_BYTES = 16 * 2 ** 20;

/** Certificates in PEM; undefined when no bundle is set. Throws `request-configuration` for one that is missing or no bundle. */
export function readCaBundle(bundle: Setting | undefined): string[] | undefined {
  if (bundle === undefined) return undefined;
  const certificates = textOf(bundle)
    .split(/(?=-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----)/)
    .filter((part) => part.startsWith("-----BEGIN"));
  // Node leaves out what it cannot parse, without a word.
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw failure(bundle, certificates.length === 0 ? "holds no certificate" : "holds what is no certificate");
  }
  return certificates;
}

function textOf(bundle: Setting): string {
  try {
    // A read of a FIFO would wait for its writer, beyond every deadline.
    const stats = statSync(bundle.value);
    if (stats.isFile() && stats.size > MOST_BYTES) throw failure(bundle, "is larger than any bundle");
    if (stats.isFile()) return readFileSync(bundle.value, "utf8");
  } catch (error) {
    if (error instanceof AskonceError) throw error;
    throw failure(bundle, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  throw failure(bundle, "is no file");
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

function failure({ value, setBy }: Setting, what: string): AskonceError {
  return new AskonceError(
    "request-configuration",
    `the CA bundle ${value} of ${setBy} ${what}`,
    `have ${setBy} name a file of PEM certificates`,
    "invalid-ca-bundle",
  );
}
