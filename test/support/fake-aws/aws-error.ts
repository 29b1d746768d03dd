/** A refusal in AWS's terms: thrown anywhere below the server, turned into an ErrorResponse by it. */
export class AwsError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** 400 ValidationError, what STS and IAM answer to a parameter they cannot use. */
export function validationError(message: string): AwsError {
  return new AwsError(400, "ValidationError", message);
}

/** 403 AccessDenied. */
export function accessDenied(message: string): AwsError {
  return new AwsError(403, "AccessDenied", message);
}

/** 403 InvalidClientTokenId: the key, or the key together with its session token, is not one AWS knows. */
export function invalidToken(): AwsError {
  return new AwsError(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
}

/** 403 ExpiredToken; AWS ends this sentence without a period. */
export function expiredToken(): AwsError {
  return new AwsError(403, "ExpiredToken", "The security token included in the request is expired");
}
