/** The partitions of AWS: the region each is asked in when none is set, and how its regions are called. */

/**
 * As the SDK's own table has them (@aws-sdk/core, util-endpoints/lib/aws/partitions: implicitGlobalRegion, regionRegex).
 * It stands here since the hot path loads no SDK; a test holds it against that table.
 */
const PARTITIONS = [
  { id: "aws-cn", firstRegion: "cn-northwest-1", regions: /^(cn-|aws-cn-global$)/ },
  { id: "aws-us-gov", firstRegion: "us-gov-west-1", regions: /^(us-gov-|aws-us-gov-global$)/ },
  { id: "aws-eusc", firstRegion: "eusc-de-east-1", regions: /^(eusc-|aws-eusc-global$)/ },
  { id: "aws-iso", firstRegion: "us-iso-east-1", regions: /^(us-iso-|aws-iso-global$)/ },
  { id: "aws-iso-b", firstRegion: "us-isob-east-1", regions: /^(us-isob-|aws-iso-b-global$)/ },
  { id: "aws-iso-e", firstRegion: "eu-isoe-west-1", regions: /^(eu-isoe-|aws-iso-e-global$)/ },
  { id: "aws-iso-f", firstRegion: "us-isof-south-1", regions: /^(us-isof-|aws-iso-f-global$)/ },
  { id: "aws", firstRegion: "us-east-1", regions: /^/ },
] as const;

/** Their names, the public one first. */
export function partitionNames(): string[] {
  return PARTITIONS.map(({ id }) => id).sort();
}

/** The partition a region is in; unknown regions are in `aws`, as in the SDK. */
export function partitionOfRegion(region: string): string {
  return PARTITIONS.find((partition) => partition.regions.test(region))?.id ?? "aws";
}

/** The region a partition's STS is asked in when nothing names one. */
export function firstRegion(partition: string): string {
  return PARTITIONS.find(({ id }) => id === partition)?.firstRegion ?? "us-east-1";
}
