import { describe, expect, it } from "vitest";
import { answerOf } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";

/** Empty is as good as unset: what is reached is reached by the profile. */
const NO_VARIABLE = { AWS_ENDPOINT_URL: "" };
const NOWHERE = "http://127.0.0.1:9";

withFreshHomes(() => {
  home.showCode();
});

/** The keys' profile with these lines, and a section for STS and IAM. */
function configure(lines: string, sts = aws.url, iam = aws.url): void {
  home.configure(
    `mfa_process = ${home.phone()}\n${lines}`,
    `[services local]\nsts =\n  endpoint_url = ${sts}\niam =\n  endpoint_url = ${iam}\n`,
  );
}

describe("a services section", () => {
  it("says where device, session and role come from, above endpoint_url, for a profile that calls askonce too", async () => {
    configure(`services = local\nendpoint_url = ${NOWHERE}`);
    answerOf(await home.run(["get", "admin"], { env: NO_VARIABLE }));
    expect(["ListMFADevices", "GetSessionToken", "AssumeRole"].map((call) => aws.count(call))).toEqual([1, 1, 1]);
  });

  it("of one service leaves the other to endpoint_url", async () => {
    home.configure(
      `mfa_process = ${home.phone()}\nservices = local\nendpoint_url = ${aws.url}`,
      `[services local]\niam =\n  endpoint_url = ${NOWHERE}\n`,
    );
    const named = ["--mfa-serial", aws.fixture.jane.devices.phone.serial];
    answerOf(await home.run(["get", "work-keys", ...named], { env: NO_VARIABLE }));
    const found = await home.run(["get", "work-keys"], {
      env: { ...NO_VARIABLE, ASKONCE_CACHE_DIR: `${home.path}/new` },
    });
    expect(found).toMatchObject({ status: 5, stdout: "" });
  });

  it("that is not there is configuration, in one line", async () => {
    configure("services = elsewhere");
    const outcome = await home.run(["get", "work"], { env: NO_VARIABLE });
    expect(outcome).toMatchObject({ status: 3, stdout: "" });
    expect(outcome.stderr).toMatch(/^askonce: profile work-keys has services = elsewhere, .*; .*\n$/);
  });

  it("stands below the variables", async () => {
    configure("services = local", NOWHERE, NOWHERE);
    answerOf(await home.run(["get", "work-keys"]));
    expect(aws.count("GetSessionToken")).toBe(1);
  });
});

describe("an address with a user and password in it", () => {
  it("is reached without them", async () => {
    configure("services = local", aws.url.replace("//", "//jane:hunter2@"));
    answerOf(await home.run(["get", "work-keys"], { env: NO_VARIABLE }));
    expect(aws.count("GetSessionToken")).toBe(1);
  });

  it.each([
    ["127.0.0.1:9", 5],
    ["no host", 3],
  ])("does not show them when it fails: %s", async (host, status) => {
    configure(`services = local`, `http://jane:hunter2@${host}`);
    const log = `${home.path}/log`;
    const outcome = await home.run(["get", "work-keys", "--log", log], { env: NO_VARIABLE });
    expect(outcome).toMatchObject({ status, stdout: "" });
    expect(home.read("log")).toContain("failed");
    expect(outcome.stderr + home.read("log")).not.toMatch(/hunter2/);
  });
});
