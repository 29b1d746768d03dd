/** The SDK's own table of partitions, which its packages do not export. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export interface SdkPartition {
  readonly id: string;
  readonly outputs: { readonly implicitGlobalRegion: string };
  readonly regionRegex: string;
  readonly regions: Readonly<Record<string, unknown>>;
}

const TABLE = "node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js";
const { partitionsInfo } = (await import(pathToFileURL(join(import.meta.dirname, "../../..", TABLE)).href)) as {
  partitionsInfo: { partitions: readonly SdkPartition[] };
};
export const SDK_PARTITIONS = partitionsInfo.partitions;
