/** True for the ARN of an IAM resource: `arn:PARTITION:iam::ACCOUNT:KIND/NAME`; the account of AWS's own policies is `aws`. */
export function isAwsArn(text: string): boolean {
  return /^arn:[a-z0-9-]+:[a-z0-9-]+:[^:]*:(\d*|aws):.+/i.test(text);
}

/** `aws`, `aws-cn`, ... out of an ARN. */
export function partitionOfArn(arn: string): string {
  return arn.split(":")[1] ?? "";
}

/** The twelve-digit account an ARN names; undefined for a serial number and for ARNs without one. */
export function accountOfArn(text: string): string | undefined {
  const account = isAwsArn(text) ? text.split(":")[4] : undefined;
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined;
}

/** What a person calls a device, user or role: the last part of its ARN, or the serial number itself. */
export function shortName(text: string): string {
  return isAwsArn(text) ? text.split(/[:/]/).at(-1) || text : text;
}
