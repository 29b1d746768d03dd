/** The rest of the README's front page: its first lines, what stands in code, its links, and each error text that it explains. */

import { existsSync, linkSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { answerOf, type Outcome, typeAnew } from "../support/askonce.ts";
import { sendBotocoreToFake } from "../support/clients/botocore.ts";
import { findAwsCli } from "../support/clients/find.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { codeBlocks, part, README, tableRows } from "../support/readme.ts";
import { needs, needsTool } from "../support/tools.ts";

withFreshHomes(() => {
  sendBotocoreToFake(home);
});

it("opens with four lines that a terminal shows", async (context) => {
  needsTool(context, "aws");
  const [, block = ""] = /^# askonce\n\n```console\n(.*?)```/s.exec(README) ?? [];
  const [command = "", question = "", ...left] = block.trimEnd().split("\n");
  expect(left).toHaveLength(2);
  const pty = await home.shell({ cols: 84 });
  await typeAnew(pty, command.replace("$ ", ""));
  await pty.waitFor(question.replace(/ +\d+$/, ""), 60_000);
  pty.type(`${aws.freshCode()}\r`);
  await pty.waitFor('user/jane"', 60_000);
  // After noon it is the next day that it lasts until.
  const atAnyTime = (text: string): string => text.replace(/(\w+day )?\d\d:\d\d/, "hh:mm");
  expect(atAnyTime(pty.screen())).toContain(atAnyTime(left.join("\n")));
});

it("leads nowhere that is not there", () => {
  const headings = [...README.matchAll(/^##+ (.*)$/gm)].map(([, text = ""]) => slug(text));
  for (const [, target = ""] of README.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith("#")) expect(headings).toContain(target.slice(1));
    else if (!target.startsWith("https://")) expect([target, existsSync(inProject(target))]).toEqual([target, true]);
  }
});

it("has no recipe that no test follows", () => {
  const tests = readFileSync(inProject("test/process/recipes.test.ts"), "utf8");
  const parts = README.split(/\n(?=##+ |\*\*[A-Z])/).filter((text) => text.includes("```ini"));
  expect(parts.length).toBeGreaterThan(5);
  for (const text of parts) {
    const [, title = ""] = /^(?:##+ (.*)|\*\*(.*?)\.\*\*)/.exec(text)?.filter((one) => one !== undefined) ?? [];
    expect(tests).toMatch(title.startsWith("By hand") ? "blocks(BY_HAND)" : `blocks("${title}")`);
  }
});

it("has a prompt for bash that shows the time left, and nothing where there is no session", async (context) => {
  needsTool(context, "jq", "bash");
  home.configure(`mfa_process = ${home.phone()}`);
  const [snippet = ""] = codeBlocks("Every day", "sh");
  const shown = async (): Promise<string> =>
    (await home.command("bash", ["--norc", "-c", `${snippet}\necho "\${PS1@P}"`])).stdout;
  expect(await shown()).toMatch(/^[$#] $/m);
  home.showCode();
  answerOf(await home.run(["get", "work"]));
  expect(await shown()).toMatch(/^mfa 11h59m [$#] $/m);
});

it.for<[string, string[], string, string]>([
  ["bash", ["--norc"], "complete -p askonce", "_askonce"],
  ["zsh", ["-f"], "print $_comps[askonce]", "_askonce"],
  ["fish", ["--no-config"], "complete -C 'askonce logi'", "login"],
])("has a line that completes in a new %s", async ([shell, flags, look, seen], context) => {
  needsTool(context, shell);
  const lines = [...part("Every day").matchAll(/`([^`]*askonce completion (\w+)[^`]*)`/g)];
  const [, line = ""] = lines.find(([, , name]) => name === shell) ?? [];
  expect(line).not.toBe("");
  const { status, stdout, stderr } = await home.command(shell, [...flags, "-c", `${line}\n${look}`]);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(seen);
});

it("hands a container the session, and nothing else", async (context) => {
  const cli = findAwsCli(2);
  needs(context, cli !== undefined, "the AWS CLI of version 2");
  home.configure(`mfa_process = ${home.phone()}`);
  home.showCode();
  home.executable("bin/aws", `exec ${cli} "$@"`);
  home.executable("bin/docker", `[ "$1 $2 $3" = "run --rm --env-file" ] && cat "$4" && shift 4 && echo "$@"`);
  const [command = ""] = codeBlocks("Docker", "sh");
  const { stdout } = await home.command("bash", ["-c", command]);
  const { AccessKeyId, SecretAccessKey, SessionToken } = answerOf(await home.run(["get", "work"]));
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      `AWS_ACCESS_KEY_ID=${AccessKeyId}`,
      `AWS_SECRET_ACCESS_KEY=${SecretAccessKey}`,
      `AWS_SESSION_TOKEN=${SessionToken}`,
      "-e AWS_REGION=eu-west-1 IMAGE",
    ]),
  );
  expect(lines).toHaveLength(5);
});

describe("each error text that is explained is said", () => {
  /** What a client says by itself, where askonce is not asked or has no part. */
  const OTHERS = ["`AccessDenied … with an explicit deny`, and no question came", "`Enter MFA code for arn:…`"];

  const provoked: readonly (readonly [text: string, provoke: () => Promise<Outcome>])[] = [
    ["nobody to ask for the MFA code of …", () => home.run(["get", "work"])],
    [
      "nobody typed the MFA code in time",
      async () => {
        const pty = await home.shell();
        await typeAnew(pty, `askonce get work --deadline 4 2>err; echo "status $?"`);
        await pty.waitFor("status 4", 30_000);
        return { status: 4, signal: null, stdout: "", stderr: home.read("err") };
      },
    ],
    [
      "another refresh for … did not end in time",
      async () => {
        const pty = await home.shell();
        await typeAnew(pty, "askonce get work");
        await pty.waitFor("? Code");
        return home.run(["get", "work", "--deadline", "4"]);
      },
    ],
    [
      "AWS did not accept 3 codes of …",
      () => {
        const wrong = home.executable(
          "bin/wrong",
          `echo x >>${home.path}/n; printf '00000%s\\n' $(wc -l <${home.path}/n)`,
        );
        return home.run(["get", "work", "--mfa-process", wrong]);
      },
    ],
    [
      "… is not a device of this user",
      () => {
        home.showCode("123456");
        const other = "arn:aws:iam::123456789012:mfa/other";
        return home.run(["get", "work", "--mfa-serial", other, "--mfa-process", home.phone()]);
      },
    ],
    ["the user of … has 2 MFA devices", () => home.run(["get", "mia"])],
    ["… may not list MFA devices", () => home.run(["get", "dan"])],
    ["… is a security key and STS takes six-digit codes only", () => home.run(["get", "fido"])],
    ["the user of … has no MFA device", () => home.run(["get", "olaf"])],
    [
      "no long-term keys for …",
      () => {
        home.configure("", "[profile bare]\nregion = eu-west-1");
        return home.run(["get", "bare"]);
      },
    ],
    [
      "AWS refused the keys of …",
      () => {
        home.write(".aws/credentials", "[work-keys]\naws_access_key_id = AKIAGONE\naws_secret_access_key = gone\n");
        return home.run(["get", "work"]);
      },
    ],
    ["cannot reach …", () => home.run(["get", "work"], { env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } })],
    [
      "the profiles go in a circle: …",
      () => {
        home.configure("source_profile = admin");
        home.write(".aws/credentials", "");
        return home.run(["get", "work"]);
      },
    ],
    [
      "… is a link or has a second name",
      async () => {
        home.configure(`mfa_process = ${home.phone()}`);
        home.showCode();
        answerOf(await home.run(["get", "work"]));
        const sessions = join(home.cache, "sessions");
        for (const name of readdirSync(sessions)) linkSync(join(sessions, name), join(home.path, `also-${name}`));
        return home.run(["get", "work"]);
      },
    ],
  ];

  it.each(provoked)("%s", async (text, provoke) => {
    const { stderr } = await provoke();
    const pattern = text.split("…").map((words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    expect(stderr).toMatch(new RegExp(`^askonce: ${pattern.join(".+")}`));
  });

  it("and no other text is", () => {
    const explained = tableRows("When it fails").map(([says = ""]) =>
      OTHERS.includes(says) ? says : says.replaceAll("`", ""),
    );
    expect(explained.sort()).toEqual([...provoked.map(([text]) => text), ...OTHERS].sort());
  });
});

it("has the exit statuses that the help has", async () => {
  const { stdout } = await home.run(["get", "--help"]);
  const [, helped = ""] = /^Exit status\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
  const statuses = part("Reference").slice(part("Reference").indexOf("| exit status |"));
  expect(numbersAtStart(statuses.replaceAll("| ", ""))).toEqual(numbersAtStart(helped));
  expect(numbersAtStart(helped)).toEqual([0, 1, 2, 3, 4, 5, 6, 130]);
});

function numbersAtStart(text: string): number[] {
  return [...text.matchAll(/^ *(\d+) /gm)].map(([, number]) => Number(number));
}

/** As GitHub makes a heading's anchor. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function inProject(path: string): string {
  return join(import.meta.dirname, "../..", path);
}
