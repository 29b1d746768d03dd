/**
 * Which proxies and which CA bundle a request is to use, as the AWS CLI reads them. Pure. Nothing is judged here: a hit
 * needs none of it.
 */

import { type Environment, nonEmpty } from "../runtime/environment.ts";
import { type Level, textOf } from "./settings.ts";

/** A text, and the variable or profile key it comes from. */
export interface Setting {
  readonly value: string;
  readonly setBy: string;
}

/** The proxies' addresses may hold a user and a password: no text of them is ever shown. */
export interface NetworkSettings {
  /** Path of a file of PEM certificates, trusted in place of the system's. */
  readonly caBundle?: Setting;
  /** For http endpoints, and for https ones. */
  readonly httpProxy?: Setting;
  readonly httpsProxy?: Setting;
  /** NO_PROXY as it is written. */
  readonly noProxy?: string;
}

/** Proxies are the environment's; for the bundle it stands above the profiles (botocore/configprovider.py, `ca_bundle`). */
export function networkSettings(levels: readonly Level[], env: Environment): NetworkSettings {
  const caBundle = caBundleSetting(levels, env);
  const httpProxy = proxyVariable(env, "http_proxy");
  const httpsProxy = proxyVariable(env, "https_proxy");
  const noProxy = proxyVariable(env, "no_proxy")?.value;
  return {
    ...(caBundle === undefined ? {} : { caBundle }),
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}

function caBundleSetting(levels: readonly Level[], env: Environment): Setting | undefined {
  const path = nonEmpty(env.AWS_CA_BUNDLE);
  if (path !== undefined) return { value: path, setBy: "AWS_CA_BUNDLE" };
  for (const level of levels) {
    const value = textOf(level, "ca_bundle");
    if (value !== undefined) return { value, setBy: `ca_bundle of profile ${level.name}` };
  }
  return undefined;
}

/**
 * As urllib.request.getproxies_environment: lower case wins, and unsets when it is empty. Under CGI the upper case
 * HTTP_PROXY is the client's `Proxy:` header, and does not count. There is no ALL_PROXY for botocore.
 */
function proxyVariable(env: Environment, name: "http_proxy" | "https_proxy" | "no_proxy"): Setting | undefined {
  const upper = name.toUpperCase();
  const isFromClient = name === "http_proxy" && env.REQUEST_METHOD !== undefined;
  const setBy = env[name] !== undefined || isFromClient ? name : upper;
  const value = env[setBy];
  return value ? { value, setBy } : undefined;
}
