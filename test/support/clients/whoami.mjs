/** Prints who a profile is: whoami.mjs PROFILE with fromIni, whoami.mjs alone with the default chain (AWS_PROFILE). */

import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-providers";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
const [, , profile] = process.argv;
const client = new STSClient({
  region: "eu-west-1",
  ...(profile === undefined ? {} : { credentials: fromIni({ profile }) }),
});
console.log((await client.send(new GetCallerIdentityCommand({}))).Arn);
