import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Home, PROGRAM, typeAnew, withFreshHomes } from "../support/askonce.ts";
import type { FakeAws } from "../support/fake-aws/server.ts";
import { needsTool } from "../support/tools.ts";

let aws: FakeAws;
let home: Home;

withFreshHomes((fake, fresh) => {
  aws = fake;
  home = fresh;
  home.configure(`mfa_serial = ${aws.fixture.jane.devices.phone.serial}`);
  // Counts how often a client starts the helper.
  home.executable("bin/askonce", `echo started >> ${home.path}/started; exec ${process.execPath} ${PROGRAM} "$@"`);
});

const starts = (): number => home.read("started").split("\n").length - 1;

/** A script of a Node program with the SDK's own credential chain. */
function sdkScript(body: string): string {
  const modules = join(import.meta.dirname, "../../node_modules");
  home.write(
    "script.mjs",
    `import { createRequire } from "node:module";
const require = createRequire("${modules}/");
const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");
const { fromIni } = require("@aws-sdk/credential-providers");
const whoAmI = async (options) => (await new STSClient({ region: "eu-west-1", ...options }).send(new GetCallerIdentityCommand({}))).Arn;
${body}
`,
  );
  return `AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true ${process.execPath} script.mjs`;
}

describe("the AWS CLI", () => {
  it("prompts visibly, answers, and does not prompt again: for the profile, nor for a role above it", async (context) => {
    needsTool(context, "aws");
    const pty = await home.shell();
    pty.type('aws sts get-caller-identity --profile work; echo "status $?"\r');
    await pty.waitFor("? Code", 30_000);
    expect(pty.screen()).toContain("MFA session for work-keys");
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0", 30_000);
    expect(pty.screen()).toContain("arn:aws:iam::123456789012:user/jane");
    for (const [profile, arn] of [
      ["work", "user/jane"],
      ["admin", "assumed-role/admin/"],
    ]) {
      await typeAnew(pty, `aws sts get-caller-identity --profile ${profile}; echo "status $?"`);
      await pty.waitFor("status 0", 30_000);
      expect(pty.screen()).toContain(arn);
      expect(pty.screen()).not.toContain("Code");
    }
    expect(aws.count("GetSessionToken")).toBe(1);
    expect(starts()).toBe(3);
  });

  it("shows our one line when there is no code", async (context) => {
    needsTool(context, "aws");
    const outcome = await home.command("aws", ["sts", "get-caller-identity", "--profile", "work"]);
    expect(outcome.status).not.toBe(0);
    expect(outcome.stderr).toContain(
      "askonce: nobody to ask for the MFA code of work-keys; run `askonce login work-keys` in a terminal",
    );
    expect(aws.count("GetSessionToken")).toBe(0);
  });

  it("is not asked twice when the question is interrupted: Ctrl-C ends it too", async (context) => {
    needsTool(context, "aws");
    const pty = await home.shell();
    pty.type("aws sts get-caller-identity --profile work\r");
    await pty.waitFor("? Code", 30_000);
    pty.press("ctrl-c");
    await pty.waitFor(/^\$ *$/m, 30_000);
    pty.type('echo "shell: $?"\r');
    await pty.waitFor("shell: 130");
    expect(starts()).toBe(1);
  });
});

describe("the JavaScript SDK", () => {
  const cases: [string, string][] = [
    ["fromIni", 'console.log(await whoAmI({ credentials: fromIni({ profile: "work" }) }));'],
    ["the default chain", "console.log(await whoAmI({}));"],
  ];
  it.each(cases)("through %s prompts once, cold, and not at all, warm", async (_, body) => {
    const command = sdkScript(body);
    const pty = await home.shell({ env: { AWS_PROFILE: "work" } });
    pty.type(`${command}; echo "status $?"\r`);
    await pty.waitFor("? Code", 30_000);
    pty.type(`${aws.freshCode()}\r`);
    await pty.waitFor("status 0", 30_000);
    expect(pty.screen()).toContain("arn:aws:iam::123456789012:user/jane");
    await typeAnew(pty, `${command}; echo "status $?"`);
    await pty.waitFor("status 0", 30_000);
    expect(pty.screen()).not.toContain("Code");
    expect(aws.count("GetSessionToken")).toBe(1);
    expect(starts()).toBe(2);
  });

  it("through its default chain runs us twice when there is no code, and the question is asked once", async () => {
    const command = sdkScript("await whoAmI({}).catch((error) => console.log(error.name));");
    const pty = await home.shell({ env: { AWS_PROFILE: "work", ASKONCE_LOG: `${home.path}/log` } });
    pty.type(`${command}; echo "status $?"\r`);
    await pty.waitFor("? Code", 30_000);
    pty.press("escape");
    await pty.waitFor("status 0", 30_000);
    expect(starts()).toBe(2);
    expect(home.read("log").match(/asking for a code/g)).toHaveLength(1);
    expect(pty.screen().match(/askonce: /g)).toHaveLength(1);
  });

  it("takes a role above the calling profile", async () => {
    home.configure(`mfa_process = ${home.phone()}`);
    home.showCode();
    const command = sdkScript('console.log(await whoAmI({ credentials: fromIni({ profile: "admin" }) }));');
    const { stdout } = await home.command("sh", ["-c", command]);
    expect(stdout).toContain("arn:aws:sts::210987654321:assumed-role/admin/");
  });
});
