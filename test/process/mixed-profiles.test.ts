/** What clients make of a calling profile that holds more than `credential_process`: doctor's sentences about it are from here. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DoctorReport } from "../../src/doctor/report.ts";
import { answerOf } from "../support/askonce.ts";
import { sendBotocoreToFake } from "../support/clients/botocore.ts";
import { buildGoProgram, findAwsCli, findRubySdk, whoAmI } from "../support/clients/find.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { needs } from "../support/tools.ts";

/** `session`: askonce's. `role`: the role, taken with it. `refused`: no askonce, nothing asked of AWS. `elsewhere`: other keys, or none. */
type Outcome = "session" | "role" | "refused" | "elsewhere";
type Name = "CLI" | "Go" | "JavaScript" | "Ruby";

const CLIENTS: Record<
  Name,
  readonly [find: (directory: string) => string | undefined, command: (path: string) => string]
> = {
  CLI: [() => findAwsCli(1), (path) => `${path} sts get-caller-identity --profile work`],
  Go: [buildGoProgram, (path) => `${path} work`],
  JavaScript: [() => process.execPath, (path) => `AWS_PROFILE=work ${path} ${whoAmI("mjs")}`],
  Ruby: [findRubySdk, (path) => `${path} ${whoAmI("rb")} work`],
};

const ROLE = "role_arn = arn:aws:iam::210987654321:role/open";
/** The keys, what each client does, and what doctor says of it. */
const MIXES: readonly (readonly [keys: string, Record<Name, Outcome>, said: RegExp])[] = [
  [
    ROLE,
    { CLI: "refused", Go: "role", JavaScript: "session", Ruby: "refused" },
    /the CLI and Ruby refuse the profile, JavaScript leaves the role out/,
  ],
  [
    `${ROLE}\nsource_profile = work-keys`,
    { CLI: "elsewhere", Go: "refused", JavaScript: "elsewhere", Ruby: "elsewhere" },
    /the CLI and JavaScript take the role with the keys of work-keys .*, Go and Terraform refuse/,
  ],
  [
    "source_profile = work-keys",
    { CLI: "session", Go: "refused", JavaScript: "session", Ruby: "refused" },
    /Go, Terraform and Ruby refuse the profile/,
  ],
  [
    "web_identity_token_file = /dev/null",
    { CLI: "refused", Go: "refused", JavaScript: "session", Ruby: "session" },
    /the CLI, Go and Terraform refuse the profile/,
  ],
  [
    "sso_account_id = 123456789012\nsso_role_name = x\nsso_region = eu-west-1\nsso_start_url = https://sso.invalid",
    { CLI: "refused", Go: "refused", JavaScript: "session", Ruby: "refused" },
    /the CLI, Go, Java and .NET sign in by SSO and never call askonce/,
  ],
  [
    "sso_region = eu-west-1",
    { CLI: "session", Go: "refused", JavaScript: "session", Ruby: "session" },
    /sso_region .*Go and Terraform refuse the profile/,
  ],
  [
    "aws_access_key_id = AKIAHALF",
    { CLI: "session", Go: "refused", JavaScript: "session", Ruby: "session" },
    /without aws_secret_access_key: Go and Terraform refuse the profile/,
  ],
  [
    "mfa_serial = arn:aws:iam::123456789012:mfa/jane-phone",
    { CLI: "session", Go: "session", JavaScript: "session", Ruby: "session" },
    /\.NET and PowerShell refuse/,
  ],
];

const paths = new Map<string, string | undefined>();
const directory = mkdtempSync(join(tmpdir(), "askonce-mixed-"));

beforeAll(() => {
  for (const [name, [find]] of Object.entries(CLIENTS)) paths.set(name, find(directory));
}, 300_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

withFreshHomes(async () => {
  home.configure();
  home.phone();
  home.showCode();
  answerOf(await home.run(["get", "work-keys", "--mfa-process", `${home.path}/bin/phone`]));
  home.executable("bin/counted", `echo >> ${home.path}/started; exec ${home.askonce}-get "$@"`);
  sendBotocoreToFake(home);
  aws.clearCalls();
});

/** [work] with these keys beside its `credential_process`. */
function mix(keys: string, command: string): void {
  home.write(
    ".aws/config",
    `[profile work-keys]\n[profile work]\nregion = eu-west-1\ncredential_process = ${command} work-keys\n${keys}\n`,
  );
}

async function outcomeOf(command: string): Promise<Outcome> {
  const { stdout } = await home.command("sh", ["-c", command], { env: { AWS_REGION: "eu-west-1" } });
  if (stdout.includes(":user/jane")) return home.read("started") === "" ? "elsewhere" : "session";
  if (stdout.includes(":assumed-role/")) return "role";
  return home.read("started") === "" && aws.calls().length === 0 ? "refused" : "elsewhere";
}

describe.each(MIXES)("%s", (keys, outcomes, said) => {
  it.for(Object.keys(CLIENTS) as Name[])("as %s takes it", async (name, context) => {
    const path = paths.get(name);
    needs(context, path !== undefined, name);
    mix(keys, `${home.path}/bin/counted`);
    expect(await outcomeOf(CLIENTS[name][1](path ?? ""))).toBe(outcomes[name]);
  });

  it("as doctor tells it", async () => {
    mix(keys, `${home.askonce}-get`);
    const { stdout } = await home.run(["doctor", "work", "--offline", "--json"]);
    const { findings } = JSON.parse(stdout) as DoctorReport;
    const [first] = findings.filter(({ check, state }) => check === "shadowing" && state !== "ok");
    expect(first?.text).toMatch(said);
  });
});
