/** Where our clients really send a request, against where the AWS CLI's library would, for the same files and environment. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listMfaDevices } from "../../../src/aws/iam.ts";
import { getSessionToken } from "../../../src/aws/sts.ts";
import { readSharedFiles } from "../../../src/aws-files/read.ts";
import { resolveRequest } from "../../../src/profile/request.ts";
import { type AskonceError, asAskonceError } from "../../../src/runtime/errors.ts";
import { mfaIdentityOf } from "../../../src/session/mfa-identity.ts";
import { pythonWithBotocore } from "../../support/botocore.ts";
import {
  botocoreDestinations,
  type Destination,
  type Destinations,
  type EndpointQuestion,
  inOneSpelling,
} from "../../support/botocore-endpoints.ts";
import { needs } from "../../support/tools.ts";
import { SDK_PARTITIONS } from "../support/sdk-partitions.ts";
import {
  ADDRESSES,
  type EndpointCase,
  firstRegions,
  MIXED,
  OVERRIDES,
  REGION_ORDER,
  SPELLINGS,
  VARIANTS,
} from "./endpoint-cases.ts";

/** A serial number says nothing of a partition. */
const SERIAL = "GAHT12345678";
/** What the call would send, caught where it would leave; or the code of the error it ends with. */
async function destinationOf(call: () => Promise<unknown>): Promise<Destination> {
  let caught: Destination | undefined;
  vi.spyOn(NodeHttpHandler.prototype, "handle").mockImplementation(async (request) => {
    const { protocol, hostname, port, path, headers } = request;
    const signingRegion = /Credential=[^/]+\/\d+\/([^/]+)/.exec(headers.authorization ?? "")?.[1] ?? "none";
    caught = { url: `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`, signingRegion };
    throw new Error("caught");
  });
  const error = await call().then(
    // What became of a code is an answer.
    (answer) => (answer as { error?: AskonceError }).error,
    (thrown: unknown) => asAskonceError(thrown),
  );
  return caught === undefined ? { failure: String(error?.code) } : inOneSpelling(caught);
}

/** From the files and the environment to the two calls, by the way that askonce goes. */
async function ourDestinations({ path, env }: EndpointQuestion): Promise<Destinations> {
  const all = { ...env, AWS_CONFIG_FILE: path, AWS_SHARED_CREDENTIALS_FILE: "/nowhere" };
  try {
    const request = resolveRequest("p", {}, await readSharedFiles(all), all);
    const { source } = request;
    if (source.kind !== "keys") throw new Error("the keys of p stand in its file");
    const { keys } = source;
    const { region } = mfaIdentityOf(request, keys.accessKeyId, source.mfa.serial ?? SERIAL);
    const place = {
      region,
      endpoint: request.endpoint,
      network: request.network,
      clocks: { offsetMs: () => 0, keep: () => {} },
      signal: new AbortController().signal,
    };
    const typed = { mfaSerial: SERIAL, tokenCode: "123456" };
    return {
      sts: await destinationOf(() => getSessionToken(place, keys, typed, 900, { keysOf: "p" })),
      iam: await destinationOf(() => listMfaDevices(place, keys, "p")),
    };
  } catch (error) {
    const failure = asAskonceError(error).code;
    return { sts: { failure }, iam: { failure } };
  }
}

const GROUPS: Record<string, readonly EndpointCase[]> = {
  "in every partition, with every variant": VARIANTS,
  "by variables, services sections and profiles": ADDRESSES,
  "by a variable over a profile": OVERRIDES,
  "by an address in any spelling": SPELLINGS,
  "by an address beside variants, or a region from elsewhere": MIXED,
  "in the region that is said first": REGION_ORDER,
  "in the first region of the partition a device or role is in": firstRegions(
    SDK_PARTITIONS.map(({ id, outputs }) => ({ id, region: outputs.implicitGlobalRegion })),
  ),
};

interface Compared {
  readonly title: string;
  readonly service: keyof Destinations;
  readonly ours: Destination;
  readonly theirs: Destination;
}

const urlOf = (one: Destination): string => ("url" in one ? one.url : "");
const regionOf = (one: Destination): string => ("signingRegion" in one ? one.signingRegion : "");

/** Where we are not where botocore is, and why that is right. */
const DIFFERENCES: Record<string, (one: Compared) => boolean> = {
  "without a region we take the partition's first, not botocore's aws-global": ({ title, ours, theirs }) =>
    title === "" &&
    urlOf(ours) === "https://sts.us-east-1.amazonaws.com" &&
    urlOf(theirs) === "https://sts.amazonaws.com",
  "we are regional unless told, which older versions of botocore are not": ({ title, ours, theirs }) =>
    !/legacy|global/.test(title) &&
    urlOf(ours) === `https://sts.${regionOf(ours)}.amazonaws.com` &&
    urlOf(theirs) === "https://sts.amazonaws.com",
  "aws-global has no variants: botocore makes up a host as the SDK does, and signs for another region": (one) =>
    /^region = aws-global, .*true/.test(one.title) &&
    urlOf(one.ours) === urlOf(one.theirs) &&
    urlOf(one.ours).includes("aws-global"),
  "the SDK's rules are newer: the signing region of IAM with FIPS in China": ({ service, ours, theirs }) =>
    service === "iam" &&
    urlOf(ours) === urlOf(theirs) &&
    /iam-fips\..*\.com\.cn$/.test(urlOf(ours)) &&
    regionOf(ours) === "cn-north-1",
  "the SDK's rules are newer: the dual-stack host of IAM in the European cloud": ({ ours, theirs }) =>
    urlOf(ours) === "https://iam.global.api.amazonwebservices.eu" &&
    urlOf(theirs) === "https://iam.api.amazonwebservices.eu",
  "the SDK's rules are newer: dual-stack hosts in aws-iso-e and aws-iso-f": ({ ours, theirs }) =>
    /\.api\.(cloud-aws\.adc-e\.uk|aws\.hci\.ic\.gov)$/.test(urlOf(ours)) &&
    "failure" in theirs &&
    theirs.failure === "EndpointVariantError",
  "a services section that is missing ends the request, although STS has a variable of its own": (one) =>
    one.service === "sts" &&
    /AWS_ENDPOINT_URL_STS=.*\[services other\]/.test(one.title) &&
    "failure" in one.ours &&
    one.ours.failure === "configuration",
};

/** What botocore fails at is our user's configuration, never a bug or a call to elsewhere. */
function isAsItShould(one: Compared): boolean {
  const { ours, theirs } = one;
  if (Object.values(DIFFERENCES).some((isOne) => isOne(one))) return true;
  if ("failure" in theirs) return "failure" in ours && ours.failure === "configuration";
  return urlOf(ours) === theirs.url && regionOf(ours) === theirs.signingRegion;
}

describe("GetSessionToken and ListMFADevices go where the AWS CLI's would", () => {
  const directory = mkdtempSync(join(tmpdir(), "askonce-unit-"));
  const compared = new Map<string, Compared[]>();

  beforeAll(async () => {
    // What our own process has in its environment is no business of the clients.
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_IAM"])
      vi.stubEnv(name, "https://x.invalid");
    for (const name of ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"]) vi.stubEnv(name, "true");
    vi.stubEnv("AWS_STS_REGIONAL_ENDPOINTS", "legacy");
    vi.stubEnv("AWS_REGION", "ap-east-1");
    if (pythonWithBotocore() === undefined) return;
    const cases = Object.entries(GROUPS).flatMap(([group, members]) => members.map((one) => ({ group, ...one })));
    const question = (config: string, env: EndpointQuestion["env"], name: string): EndpointQuestion => {
      writeFileSync(join(directory, name), config);
      return { path: join(directory, name), env };
    };
    const theirs = await botocoreDestinations(
      cases.map(({ config, env, theirs }, index) =>
        question(theirs?.config ?? config, theirs?.env ?? env, `theirs-${index}`),
      ),
    );
    for (const [index, { group, title, config, env }] of cases.entries()) {
      const ours = await ourDestinations(question(config, env, `ours-${index}`));
      const both = (["sts", "iam"] as const).map((service) => ({
        title,
        service,
        ours: ours[service],
        theirs: theirs[index]?.[service] ?? { failure: "no answer" },
      }));
      compared.set(group, [...(compared.get(group) ?? []), ...both]);
    }
  }, 120_000);

  afterAll(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true, force: true });
  });

  test.for(Object.entries(GROUPS))("%s", ([group, members], context) => {
    needs(context, pythonWithBotocore() !== undefined, "a Python with botocore");
    expect(compared.get(group)).toHaveLength(members.length * 2);
    expect(compared.get(group)?.filter((one) => !isAsItShould(one))).toEqual([]);
  });
});
