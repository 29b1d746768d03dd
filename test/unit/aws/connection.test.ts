/** Our clients on a real socket. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { listMfaDevices } from "../../../src/aws/iam.ts";
import { needs } from "../../support/tools.ts";

const NO_DEVICES = `<ListMFADevicesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListMFADevicesResult>
  <IsTruncated>false</IsTruncated><MFADevices/></ListMFADevicesResult></ListMFADevicesResponse>`;

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

test("an endpoint on the IPv6 loopback is reached and signed for", async (context) => {
  needs(context, hasIpv6, "IPv6 on the loopback");
  let headers: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    headers = request.headers;
    response.setHeader("Content-Type", "text/xml").end(NO_DEVICES);
  });
  await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
  context.onTestFinished(() => void server.close());
  const host = `[::1]:${(server.address() as AddressInfo).port}`;
  const endpoint = { iamUrl: `http://${host}`, fips: false, dualStack: false, legacyGlobal: false };
  const clocks = { offsetMs: () => 0, keep: () => {} };
  const place = { region: "eu-west-1", endpoint, network: {}, clocks, signal: new AbortController().signal };
  const keys = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };
  await expect(listMfaDevices(place, keys, "work")).resolves.toEqual([]);
  expect(headers.host).toBe(host);
  expect(headers.authorization).toMatch(/SignedHeaders=[^,]*\bhost\b/);
});
