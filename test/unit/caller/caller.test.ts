import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callingProgramOf } from "../../../src/caller/caller.ts";
import type { CommandLine } from "../../../src/caller/program-name.ts";

const SECRET = "s3cr3t-value";

/** Command lines as they are typed, the parent's first; a word in single quotes may have blanks in it. */
function lines(...commands: readonly string[]): CommandLine[] {
  return commands.map((command) => ({
    words: [...command.matchAll(/'([^']*)'|[^\s']+/g)].map(([word, quoted]) => quoted ?? word),
    exact: true,
  }));
}

const of = (...commands: readonly string[]): string | undefined => callingProgramOf(lines(...commands));

describe("a program is called", () => {
  test.each([
    ["/usr/local/bin/terraform apply -var password=s3cr3t-value", "terraform apply"],
    ["/usr/bin/python3 /usr/bin/aws s3 cp s3://s3cr3t-value/ .", "aws s3"],
    ["aws", "aws"],
    ["node deploy.js --token s3cr3t-value", "node deploy.js"],
    ["python3 /srv/jobs/sync.py s3cr3t-value", "python3 sync.py"],
    ["node /usr/bin/cdk deploy Stack", "cdk deploy"],
    ["/usr/share/code/code --type=utility --s3cr3t-value", "code"],
    ["node /home/jane/.vscode-server/cli/out/bootstrap-fork --type=extensionHost", "code"],
    ["/opt/tools/backup s3cr3t-value", "backup"],
    ["'/opt/my tools/backup' s3cr3t-value", "backup"],
    ["/nix/store/abc/bin/.terraform-wrapped plan", "terraform plan"],
    ["/mnt/c/tools/terraform.exe plan", "terraform plan"],
    ["busybox sh /srv/nightly.sh s3cr3t-value", "nightly.sh"],
    ["/usr/sbin/cron -f", "cron"],
  ])("%s: %s", (command, name) => {
    expect(of(command, "bash")).toBe(name);
  });

  test.each([
    ["'npm run deploy --token=s3cr3t-value'", "npm"],
    ["'/usr/share/code/code --type=zygote s3cr3t-value'", "code"],
    ["'sync: worker s3cr3t-value'", "sync"],
    ["'python3 s3cr3t-value'", "python3"],
  ])("by the first word of a title of its own: %s: %s", (title, name) => {
    expect(of(title, "bash")).toBe(name);
  });
});

describe("the script of an interpreter", () => {
  test.each([
    ["python3.11 /usr/bin/aws_sync", "aws_sync"],
    ["python3 -m awscli s3 ls", "aws s3"],
    ["python3 -um samcli deploy", "python3"],
    ["python3 -u -m samcli deploy", "sam deploy"],
    ["python3 -m http.server s3cr3t-value", "python3"],
    ["python3 -Es -Wignore -Xutf8 sync.py", "python3 sync.py"],
    ["python3 /opt/aws.py sts get-caller-identity", "aws sts"],
    ["node --enable-source-maps --max-old-space-size=4096 --inspect run.mjs", "node run.mjs"],
    ["node C:\\tools\\cdk.js synth", "node"],
    ["node dist/", "dist"],
    ["/usr/bin/nodejs /opt/serverless/bin/serverless.js deploy", "serverless deploy"],
    ["ruby -w -Ilib /usr/bin/rake s3cr3t-value", "rake"],
    ["perl -w -Mstrict report.pl s3cr3t-value", "perl report.pl"],
    ["php8.2 -dmemory_limit=1G artisan s3cr3t-value", "artisan"],
    ["deno run --allow-net --allow-env=HOME -A job.ts s3cr3t-value", "deno job.ts"],
    ["deno task s3cr3t-value", "deno"],
    ["bun job.ts", "bun job.ts"],
    ["bun run --hot job.ts", "bun job.ts"],
    ["bun run s3cr3t-value", "bun"],
    ["java -Dkey=s3cr3t-value -Xmx1g -jar /srv/app.jar s3cr3t-value", "java app.jar"],
    ["java -cp s3cr3t-value Main", "java"],
  ])("%s: %s", (command, name) => {
    expect(of(command, "bash")).toBe(name);
  });

  test.each([
    "node -e s3cr3t-value",
    "node -r s3cr3t-value run.js",
    "node --require s3cr3t-value run.js",
    "node --eval=code s3cr3t-value",
    "node --print=code s3cr3t-value",
    "node --unheard-of s3cr3t-value run.js",
    "node -- s3cr3t-value",
    "python3 -c s3cr3t-value",
    "python3 -uc code s3cr3t-value",
    "python3 - s3cr3t-value",
    "python3 -W s3cr3t-value sync.py",
    "python3 /dev/stdin s3cr3t-value",
    "python3 /dev/fd/63 s3cr3t-value",
    "ruby - s3cr3t-value",
    "ruby -e s3cr3t-value",
    "perl -ne s3cr3t-value",
    "php -r s3cr3t-value",
    "php --run=code s3cr3t-value",
    "php -d s3cr3t-value run.php",
    "deno run https://user:s3cr3t-value@host/s3cr3t-value",
    "deno run data:text/javascript,s3cr3t-value",
    "deno eval s3cr3t-value",
    "bun -e s3cr3t-value",
    "java s3cr3t-value",
  ])("is not looked for where it is not certain: %s", (command) => {
    expect(of(command, "bash")).toBe(command.split(" ")[0]);
  });
});

describe("a subcommand", () => {
  test.each([
    ["aws --profile s3cr3t-value --region eu-west-1 --output json s3 ls", "aws s3"],
    ["aws --debug --no-verify-ssl --color=off sts get-caller-identity", "aws sts"],
    ["aws --endpoint-url http://user:s3cr3t-value@127.0.0.1:1/ s3api list-buckets", "aws s3api"],
    ["aws --endpoint-url=http://user:s3cr3t-value@127.0.0.1:1/ ec2 x", "aws ec2"],
    ["terraform -chdir=/srv/s3cr3t-value plan", "terraform plan"],
    ["tofu plan", "tofu plan"],
    ["terragrunt --non-interactive apply", "terragrunt apply"],
    ["kubectl --context=s3cr3t-value get pods", "kubectl get"],
    ["git --no-pager push https://s3cr3t-value@host/", "git push"],
    ["docker compose up", "docker compose"],
    ["chamber exec s3cr3t-value -- ./run", "chamber exec"],
    ["sam --debug deploy", "sam deploy"],
  ])("is shown: %s: %s", (command, name) => {
    expect(of(command, "bash")).toBe(name);
  });

  test.each([
    "aws --unheard-of s3cr3t-value s3",
    "aws --prof s3cr3t-value s3",
    "aws --profile s3cr3t-value",
    "aws --profile",
    "aws --profile --token s3cr3t-value",
    "aws '' s3cr3t-value",
    "aws S3CR3T s3cr3t-value",
    "aws http://s3cr3t-value",
    "aws \x1b[31ms3 s3cr3t-value",
    "kubectl -n s3cr3t-value get",
    "kubectl --token s3cr3t-value get",
    "git -C s3cr3t-value push",
    "git -c s3cr3t-value push",
    "docker -H s3cr3t-value ps",
    "ansible-playbook s3cr3t-value",
    "terraform -chdir s3cr3t-value",
    "s3cmd s3cr3t-value",
    "/opt/tools/backup now",
    "constructor s3cr3t-value",
  ])("is left out where it could be something else: %s", (command) => {
    expect(of(command, "bash")).toBe(command.split(" ")[0]?.split("/").at(-1));
  });

  test("has at most 31 characters", () => {
    expect(of(`aws ${"a".repeat(31)}`)).toBe(`aws ${"a".repeat(31)}`);
    expect(of(`aws ${"a".repeat(32)}`)).toBe("aws");
  });
});

describe("what stands between", () => {
  test.each([
    [["sh -c 'askonce get work'", "aws s3 ls"], "aws s3"],
    [["/bin/bash -euo pipefail -c 'askonce get work; true'", "make deploy"], "make"],
    [["zsh -lic 'askonce get work'", "cdk deploy"], "cdk deploy"],
    [["timeout 5 askonce get work", "env A=b timeout 5", "sudo -u jane sh", "aws s3 ls"], "aws s3"],
    [["/usr/bin/askonce-get work", "aws s3 ls"], "aws s3"],
    [["node /usr/bin/askonce get work", "sh -c x", "aws s3 ls"], "aws s3"],
    [["node /opt/node_modules/askonce/dist/main.mjs get work", "aws s3 ls"], "aws s3"],
    [["bash /usr/local/bin/askonce-get work", "aws s3 ls"], "aws s3"],
    [["terraform-provider-aws_v5.1_x5", "terraform apply"], "terraform apply"],
    [["/home/jane/.pulumi/pulumi-resource-aws 127.0.0.1:1", "pulumi up"], "pulumi up"],
    [["packer-plugin-amazon start", "packer build x"], "packer build"],
    [["aws s3 ls", "make deploy", "bash"], "aws s3"],
  ])("%j is passed over: %s", (commands, name) => {
    expect(of(...commands, "bash")).toBe(name);
  });

  test("is this very askonce by the script it is told", () => {
    const above = lines("node /opt/main.mjs get work", "aws s3 ls");
    expect(callingProgramOf(above, "/opt/main.mjs")).toBe("aws s3");
    expect(callingProgramOf(above)).toBe("node main.mjs");
  });

  test.each([
    ["bash deploy.sh s3cr3t-value", "deploy.sh"],
    ["/bin/sh -e -u /srv/deploy.sh s3cr3t-value", "deploy.sh"],
    ["bash -euo pipefail deploy s3cr3t-value", "deploy"],
    ["bash /home/jane/.pyenv/shims/aws s3 s3cr3t-value", "aws s3"],
    ["bash -- deploy.sh s3cr3t-value", "deploy.sh"],
    ["bash -s s3cr3t-value", "bash"],
    ["bash /dev/fd/63 s3cr3t-value", "bash"],
    ["bash - s3cr3t-value", "bash"],
  ])("is a script's name where a shell runs one: %s: %s", (command, name) => {
    expect(of(command, "bash")).toBe(name);
  });
});

describe("nothing is said", () => {
  test.each([
    ...["bash", "-bash", "-zsh", "/bin/zsh -l", "bash -i", "bash --login", "bash --rcfile s3cr3t-value", "sh"],
    ...["bash +o --token s3cr3t-value"],
    ...["fish -d s3cr3t-value", "fish", "nu --config s3cr3t-value", "'sshd: jane@pts/1'", "tmux new -s work"],
    ...["/sbin/init", "/usr/lib/systemd/systemd --user", "konsole", "/usr/libexec/gnome-terminal-server", "SCREEN"],
  ])("where a person typed it: %s", (command) => {
    expect(of(command, "make deploy")).toBeUndefined();
    expect(of("sh -c x", "timeout 5 x", command, "make deploy")).toBeUndefined();
  });

  test("where there is nobody above, or a process without words", () => {
    expect(callingProgramOf([])).toBeUndefined();
    expect(callingProgramOf([{ words: [], exact: true }, ...lines("make")])).toBeUndefined();
    expect(callingProgramOf([{ words: ["", "make"], exact: true }, ...lines("make")])).toBeUndefined();
  });

  test("of what stands more than 16 levels up", () => {
    const wrappers = (count: number): string[] => Array.from({ length: count }, () => "env x");
    expect(of(...wrappers(15), "make")).toBe("make");
    expect(of(...wrappers(16), "make")).toBeUndefined();
  });

  test("and nothing higher is looked at than has to be", () => {
    function* endless(): Generator<CommandLine> {
      yield* lines("sh -c x", "make");
      throw new Error("looked at too much");
    }
    expect(callingProgramOf(endless())).toBe("make");
  });
});

describe("a name", () => {
  test.each([
    ["a\x1b]0;x\x07b", "a ]0;x b"],
    ["a\u202eb\u200bc", "a b c"],
    ["\x1b\x07", undefined],
    ["漢".repeat(50), "漢".repeat(40)],
    ["🔑".repeat(50), "🔑".repeat(40)],
    [`${"a".repeat(39)} b`, "a".repeat(39)],
    ["a\nb", "a"],
    ["///", undefined],
  ])("is printable and short: %j", (word, name) => {
    expect(callingProgramOf([{ words: [word, "x"], exact: true }])).toBe(name);
  });
});

describe("whatever a program is started with", () => {
  const PROGRAMS = [
    ...["aws", "terraform", "git", "docker", "kubectl", "cdk", "make", "npm", "sh", "bash", "fish", "pwsh", "ksh"],
    ...["node", "python3", "ruby", "perl", "php", "deno", "bun", "java", "env", "sudo", "ansible-playbook"],
  ];
  const FLAGS = [
    ...[
      "-e",
      "-c",
      "-m",
      "-r",
      "-s",
      "-i",
      "-l",
      "-o",
      "-C",
      "-n",
      "-u",
      "-W",
      "-X",
      "-x",
      "--",
      "-",
      "+o",
      "-jar",
      "run",
    ],
    ...["--debug", "--profile", "--endpoint-url", "--eval", "--eval=1", "--require", "--x=y", "-chdir=x", "--rcfile"],
    ...["--token", "--inspect", "-A", "-I", "-d", "-f", "--no-pager", "--query"],
  ];
  const secret = fc.constantFrom(
    SECRET,
    `${SECRET}=1`,
    `\x1b]0;${SECRET}\x07`,
    `https://u:${SECRET}@h/`,
    `-p${SECRET}`,
  );
  const flag = fc.constantFrom(...FLAGS);

  test("the value of a flag is never shown", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PROGRAMS),
        fc.array(flag, { maxLength: 3 }),
        fc.constantFrom("--token", "--unheard-of", "-J", "--eval", "-Z", "--password"),
        secret,
        fc.array(fc.oneof(secret, flag), { maxLength: 3 }),
        (program, before, unknown, value, after) => {
          const words = [program, ...before, unknown, value, ...after];
          expect(callingProgramOf([{ words, exact: true }]) ?? "").not.toContain(SECRET);
          expect(callingProgramOf([{ words, exact: false }]) ?? "").not.toContain(SECRET);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test("nothing but the program, a script and a subcommand is shown", () => {
    const word = fc.oneof(flag, secret, fc.constantFrom("s3", "apply", "./job.js", "deploy.sh", "aws", "x"));
    fc.assert(
      fc.property(fc.constantFrom(...PROGRAMS), fc.array(word, { maxLength: 6 }), (program, args) => {
        const name = callingProgramOf([{ words: [program, ...args], exact: true }]);
        // At most one word more than the program's: a script or a subcommand, never a flag, a URL or an escape.
        expect(name?.split(" ").length ?? 0).toBeLessThanOrEqual(2);
        expect(name ?? "").not.toMatch(/\p{Cc}|:\/\/|(^| )-/u);
      }),
      { numRuns: 5_000 },
    );
  });
});
