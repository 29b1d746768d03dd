import { IAMClient } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";

/** Keys as the SDK's own types spell them. */
export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

// On Node 20 each client would otherwise write a warning about the Node version.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** A real STS client that makes one attempt. The SDK writes into the keys it is given: they are a copy. */
export function sts(url: string, credentials: Keys): STSClient {
  return new STSClient({ endpoint: url, region: "eu-west-1", credentials: { ...credentials }, maxAttempts: 1 });
}

/** A real IAM client that makes one attempt. */
export function iam(url: string, credentials: Keys): IAMClient {
  return new IAMClient({ endpoint: url, region: "us-east-1", credentials: { ...credentials }, maxAttempts: 1 });
}

/** Keys out of an answer's Credentials. */
export function keysOf(
  credentials: Partial<Record<"AccessKeyId" | "SecretAccessKey" | "SessionToken", string | undefined>> | undefined,
): Required<Keys> {
  const { AccessKeyId, SecretAccessKey, SessionToken } = credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error("no credentials in the answer");
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Status, code and message of the refusal a call ended in. */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; code: string; message: string }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as { name: string; message: string; $metadata?: ResponseMetadata };
    return { status: $metadata?.httpStatusCode ?? 0, code: name, message };
  }
  throw new Error("the call was not refused");
}

interface ResponseMetadata {
  httpStatusCode?: number;
}
