/** Which proxy a call goes through: botocore's choice (httpsession.py, and urllib's proxy_bypass_environment). Pure. */

import type { NetworkSettings, Setting } from "../profile/network.ts";
import { AskonceError } from "../runtime/errors.ts";

export interface ProxyServer {
  /** http or https, without user and password. */
  readonly url: URL;
  /** Value of the Proxy-Authorization header. A secret. */
  readonly authorization: string | undefined;
  /** The variable that names it. */
  readonly setBy: string;
}

/**
 * The proxy for an address; undefined when it is called straight.
 * Throws `request-configuration` when the variable that applies holds no http or https address.
 */
export function proxyFor(network: NetworkSettings, address: URL): ProxyServer | undefined {
  const setting = address.protocol === "https:" ? network.httpsProxy : network.httpProxy;
  if (setting === undefined || isExempt(address, network.noProxy ?? "")) return undefined;
  return proxyServer(setting);
}

/**
 * NO_PROXY is `*`, or names separated by commas: each stands for itself and for what ends in a dot and it, with or
 * without a port. Addresses are names like others; IPv6 ones have their brackets.
 */
function isExempt({ host, hostname }: URL, noProxy: string): boolean {
  if (noProxy === "*") return true;
  return noProxy
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "")
    .map((name) => name.replace(/^\.+/, ""))
    .some((name) => [host, hostname].some((called) => called === name || called.endsWith(`.${name}`)));
}

function proxyServer({ value, setBy }: Setting): ProxyServer {
  const text = /^\w[\w+.-]*:\/\//.test(value) ? value : `http://${value.replace(/^\/\//, "")}`;
  const given = URL.canParse(text) ? new URL(text) : undefined;
  // A password with a bare / or # would end as host and port, which are shown.
  const isTorn = given !== undefined && (given.pathname + given.search + given.hash).includes("@");
  if (given === undefined || isTorn || !/^https?:$/.test(given.protocol)) {
    throw new AskonceError(
      "request-configuration",
      `${setBy} holds no http or https address`,
      "it looks like http://proxy.example.com:3128; %, @, :, / and # in its user or password are percent-encoded",
      "invalid-proxy",
    );
  }
  const { username, password } = given;
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");
  const url = new URL(`${given.protocol}//${given.host}`);
  return { url, authorization: username === "" && password === "" ? undefined : `Basic ${login}`, setBy };
}

/** Percent-encoded bytes as text; a % that encodes nothing stays, as in urllib.parse.unquote. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}
