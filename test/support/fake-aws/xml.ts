/** The two services spoken here, with the API version and XML namespace AWS uses for each. */
export const SERVICES = {
  sts: { version: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
  iam: { version: "2010-05-08", namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
} as const;

/** Name of a service as it stands in a SigV4 credential scope. */
export type ServiceName = keyof typeof SERVICES;

/** What becomes the inside of an element: text, nested elements, a list of `member`, or nothing at all. */
export type XmlValue = string | number | boolean | undefined | XmlNode | XmlValue[];
/** Elements by name, in order. */
export interface XmlNode {
  [name: string]: XmlValue;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** Text made safe as element content or attribute value. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

function inside(value: Exclude<XmlValue, undefined>): string {
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? "" : element("member", item))).join("");
  if (typeof value === "object") return elements(value);
  return escapeXml(String(value));
}

function element(name: string, value: Exclude<XmlValue, undefined>): string {
  return `<${name}>${inside(value)}</${name}>`;
}

function elements(node: XmlNode): string {
  return Object.entries(node)
    .map(([name, value]) => (value === undefined ? "" : element(name, value)))
    .join("");
}

/** A successful answer of the query protocol. */
export function successXml(service: ServiceName, action: string, result: XmlNode, requestId: string): string {
  const body = elements({ [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } });
  return `<${action}Response xmlns="${SERVICES[service].namespace}">${body}</${action}Response>\n`;
}

/** A refusal of the query protocol. */
export function errorXml(
  service: ServiceName,
  error: { status: number; code: string; message: string },
  requestId: string,
): string {
  const type = error.status >= 500 ? "Receiver" : "Sender";
  const body = elements({ Error: { Type: type, Code: error.code, Message: error.message }, RequestId: requestId });
  return `<ErrorResponse xmlns="${SERVICES[service].namespace}">${body}</ErrorResponse>\n`;
}

/** A moment as AWS prints it: whole seconds, UTC. */
export function awsTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
