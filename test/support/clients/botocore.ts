import { mkdirSync } from "node:fs";
import type { Home } from "../askonce.ts";

/**
 * Sends every STS call of botocore to the home's fake AWS, also the one in which it takes a role: before 1.31 it knows
 * no AWS_ENDPOINT_URL, and `--endpoint-url` is for the command's own call only. Its loader reads models in ~/.aws/models
 * before its own (botocore/loaders.py).
 */
export function sendBotocoreToFake(home: Home): void {
  const model = ".aws/models/sts/2011-06-15";
  mkdirSync(`${home.path}/${model}`, { recursive: true });
  const region = { builtIn: "AWS::Region", type: "String", required: false, documentation: "" };
  const endpoint = { url: home.aws.url, properties: {}, headers: {} };
  const rules = [{ type: "endpoint", conditions: [], endpoint }];
  home.write(
    `${model}/endpoint-rule-set-1.json`,
    JSON.stringify({ version: "1.0", parameters: { Region: region }, rules }),
  );
}
