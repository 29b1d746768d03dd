/** The configurations that our endpoints are held against botocore's with. */

export interface EndpointCase {
  readonly title: string;
  /** The text of the config file; its profile is `p`. */
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  /** The same for botocore, where the words for it are others. */
  readonly theirs?: { readonly config: string; readonly env: Readonly<Record<string, string>> };
}

type Keys = Readonly<Record<string, string | undefined>>;

const KEYS = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n";

/** `own`: sections below the profile, such as `[services s]`. */
function caseOf(keys: Keys, env: Keys = {}, own = ""): EndpointCase {
  const lines = Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${value}`]));
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const told = [...lines, ...set.map(([name, value]) => `${name}=${value}`), own.replace(/\s+/g, " ").trim()];
  const config = `[profile p]\n${KEYS}${lines.join("\n")}\n${own}`;
  return { title: told.filter((one) => one !== "").join(", "), config, env: Object.fromEntries(set) };
}

/** Every way to choose one of each. */
function product<T extends Record<string, readonly unknown[]>>(choices: T): { [K in keyof T]: T[K][number] }[] {
  let rows: Record<string, unknown>[] = [{}];
  for (const [name, values] of Object.entries(choices)) {
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
  }
  return rows as { [K in keyof T]: T[K][number] }[];
}

const YES = ["true", undefined] as const;

/** Two regions of each partition that has two, one nobody knows, the global ones, and FIPS ones of old. */
const REGIONS = [
  ...["us-east-1", "eu-west-1", "eu-south-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1"],
  ...["eusc-de-east-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"],
  ...["mars-north-1", "aws-global", "aws-cn-global", "fips-us-east-1", "us-gov-west-1-fips", "fips-cn-north-1"],
] as const;

export const VARIANTS = [
  ...product({ region: REGIONS, use_fips_endpoint: YES, use_dualstack_endpoint: YES }),
  ...product({ region: REGIONS, sts_regional_endpoints: ["legacy"] as const }),
].map((keys) => caseOf(keys));

const SERVICES = {
  none: "",
  sts: "[services s]\nsts =\n  endpoint_url = https://section.example/sts\n",
  iam: "[services s]\ns3 =\n  endpoint_url = https://section.example/s3\niam =\n  endpoint_url = https://section.example/iam\n",
  both: "[services s]\niam =\n  endpoint_url = https://section.example/iam\nsts =\n  endpoint_url = https://section.example/sts\n",
  missing: "[services other]\nsts =\n  endpoint_url = https://section.example/other\n",
};

export const ADDRESSES = product({
  forSts: ["https://variable.example/sts", undefined] as const,
  forAll: ["https://variable.example/all", undefined] as const,
  services: Object.keys(SERVICES) as (keyof typeof SERVICES)[],
  endpointUrl: ["https://profile.example/all", undefined] as const,
  ignore: ["", "true", undefined] as const,
}).map(({ forSts, forAll, services, endpointUrl, ignore }) =>
  caseOf(
    { region: "eu-west-1", services: services === "none" ? undefined : "s", endpoint_url: endpointUrl },
    { AWS_ENDPOINT_URL_STS: forSts, AWS_ENDPOINT_URL: forAll, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: ignore },
    SERVICES[services],
  ),
);

const VARIABLES = [
  ["AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", ["true", "TRUE", "1", "false", ""]],
  ["AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", ["true", "TRUE", "1", "false", ""]],
  ["AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints", ["legacy", "regional", "LEGACY", "global", ""]],
  ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls", ["true", "TRUE", "1", "false", ""]],
] as const;

/** Each variable over each value of its profile key. */
export const OVERRIDES = VARIABLES.flatMap(([variable, key, values]) =>
  product({ inEnv: [...values, undefined], inProfile: [values[0], values[2], undefined] }).map(
    ({ inEnv, inProfile }) => {
      const url = key.startsWith("ignore") ? "https://profile.example" : undefined;
      return caseOf({ region: "eu-west-1", [key]: inProfile, endpoint_url: url }, { [variable]: inEnv });
    },
  ),
);

/** Spellings of an address, right and wrong. */
export const SPELLINGS = [
  ...[
    "http://[::1]:8080",
    "http://[::1]",
    "http://127.0.0.1:4566",
    "http://localhost:4566/",
    "https://HOST.example:443/",
  ],
  ...[
    "https://host.example/base/",
    "https://host.example/a/b",
    "https://host.example.",
    "https://user:pass@host.example/x",
  ],
  ...["host.example", "localhost:4566", "//host.example", "https://", "https:host.example", "http:///host.example"],
  ...["https://ho st.example", "https://user:pass@ho st.example", "https://[::1"],
].map((address) => caseOf({ region: "eu-west-1", endpoint_url: address }));

/** An address beside variants, other ways to say the region, and what is none. */
export const MIXED = [
  ...product({
    use_fips_endpoint: YES,
    use_dualstack_endpoint: YES,
    sts_regional_endpoints: ["legacy", undefined],
  }).map((keys) => caseOf({ region: "us-east-1", ...keys }, { AWS_ENDPOINT_URL_STS: "http://localhost:4566" })),
  ...["cn-north-1", "us-gov-east-1", "us-iso-west-1"].map((region) =>
    caseOf({ region, endpoint_url: "https://profile.example" }),
  ),
  caseOf({}),
  caseOf({}, { AWS_DEFAULT_REGION: "ap-southeast-2" }),
  caseOf({ use_fips_endpoint: "true" }, { AWS_DEFAULT_REGION: "us-gov-east-1" }),
  caseOf({ region: "not a region" }),
  caseOf({ region: "evil.example/" }),
  caseOf({ region: "us-east-1#" }),
];

/** Where the region comes from: botocore is told it. AWS_REGION is ours and the SDKs' word only. */
function inRegion(region: string, ours: EndpointCase): EndpointCase {
  const { title, config, env } = caseOf({ region });
  return { ...ours, title: `${ours.title}: as ${title}`, theirs: { config, env } };
}

/** The first region of each partition, as the SDK's table has them. */
export function firstRegions(partitions: readonly { readonly id: string; readonly region: string }[]): EndpointCase[] {
  return partitions.flatMap(({ id, region }) => [
    inRegion(region, caseOf({ mfa_serial: `arn:${id}:iam::123456789012:mfa/jane` })),
    inRegion(region, caseOf({ role_arn: `arn:${id}:iam::123456789012:role/admin`, source_profile: "p" })),
  ]);
}

export const REGION_ORDER = [
  inRegion("eu-west-2", caseOf({ region: "eu-west-2" }, { AWS_REGION: "sa-east-1", AWS_DEFAULT_REGION: "us-west-2" })),
  inRegion("sa-east-1", caseOf({}, { AWS_REGION: "sa-east-1", AWS_DEFAULT_REGION: "us-west-2" })),
  inRegion("us-west-2", caseOf({}, { AWS_REGION: "", AWS_DEFAULT_REGION: "us-west-2" })),
  inRegion("eu-west-2", caseOf({ region: "eu-west-2", mfa_serial: "arn:aws-cn:iam::123456789012:mfa/jane" })),
];
