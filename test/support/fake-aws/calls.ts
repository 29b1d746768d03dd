/** A request as the record keeps it: nothing in it is a secret. */
export interface Call {
  /** This machine's clock, milliseconds. */
  timeMs: number;
  action: string;
  service: string;
  /** Region of the credential scope; empty when the request was not signed well. */
  region: string;
  /** Who signed, as claimed; empty when nobody did. */
  accessKeyId: string;
  /** HTTP status the action came to; 0 when it never ran. */
  status: number;
  /** "OK", AWS's error code, or the kind of the fault that kept the action from running. */
  code: string;
  /** Kind of the fault laid over this call. */
  fault?: string;
  /** Parameters that may be shown. */
  params: Record<string, string>;
  userAgent: string;
}

const SHOWN =
  /^(RoleArn|RoleSessionName|DurationSeconds|SerialNumber|ExternalId|SourceIdentity|UserName|Marker|MaxItems|(Tags|TransitiveTagKeys|PolicyArns)\..+)$/;

/** Parameters without the ones that must not be kept (a code is one). */
export function shownParams(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter(([name]) => SHOWN.test(name)));
}
