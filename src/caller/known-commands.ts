/** The commands whose first word says what they are at, and which flags may stand before it. Pure. */

interface Skippable {
  /** Flags without a value. */
  readonly alone?: readonly string[];
  /** Flags whose value is the next word. */
  readonly withValue?: readonly string[];
}

/** What each documents as its global flags; a flag that is missing here costs the subcommand, one too many could show a value. */
const WITH_SUBCOMMANDS = new Map<string, Skippable>([
  [
    "aws",
    {
      alone: [
        ...["--debug", "--no-verify-ssl", "--no-paginate", "--no-sign-request", "--no-cli-pager"],
        ...["--cli-auto-prompt", "--no-cli-auto-prompt"],
      ],
      withValue: [
        ...["--profile", "--region", "--endpoint-url", "--output", "--query", "--color", "--ca-bundle"],
        ...["--cli-read-timeout", "--cli-connect-timeout", "--cli-binary-format"],
      ],
    },
  ],
  ["cdk", { alone: ["--verbose", "-v", "--debug", "--strict", "--ci", "--no-color", "--no-notices"] }],
  ["docker", { alone: ["--debug", "-D", "--tls", "--tlsverify"] }],
  ["git", { alone: ["-p", "--paginate", "-P", "--no-pager", "--bare", "--no-optional-locks"] }],
  ["helm", { alone: ["--debug"] }],
  ["pulumi", { alone: ["--non-interactive"] }],
  ["sam", { alone: ["--debug"] }],
  ["terragrunt", { alone: ["--non-interactive", "--terragrunt-non-interactive"] }],
  ...[
    ...["terraform", "tofu", "cdktf", "packer", "kubectl", "eksctl", "docker-compose", "copilot", "amplify", "eb"],
    ...["serverless", "sls", "sst", "chamber", "awslocal", "cdklocal"],
  ].map((name) => [name, {}] as const),
]);

/** Known by their name alone: what follows is no word of theirs, but a file, a host or a pattern. */
const BY_NAME = new Set([
  ...["ansible", "ansible-playbook", "ansible-galaxy", "ansible-inventory", "ansible-pull", "ansible-vault"],
  ...["askonce", "askonce-get", "npm", "npx", "pnpm", "yarn", "s3cmd", "code"],
]);

/** Modules and scripts that are better known by another name. */
const ALIASES = new Map([
  ["awscli", "aws"],
  ["samcli", "sam"],
  // What extensions run in, where Visual Studio Code works on a remote host.
  ["bootstrap-fork", "code"],
]);

const EXTENSION = /\.(?:py|[cm]?[jt]s|rb|pl|php|phar|sh|cmd|bat|exe)$/i;

/** The known command that a program, script or module is; undefined for any other. */
export function knownCommand(name: string): string | undefined {
  const bare = name.replace(EXTENSION, "");
  const known = ALIASES.get(bare) ?? bare;
  return WITH_SUBCOMMANDS.has(known) || BY_NAME.has(known) ? known : undefined;
}

/**
 * The subcommand: the first word that cannot be a flag's value; undefined when that is not certain.
 *
 * @param exact false where the words were told apart by blanks: the value of a flag may then be several of them
 */
export function subcommandOf(command: string, args: readonly string[], exact: boolean): string | undefined {
  const flags = WITH_SUBCOMMANDS.get(command);
  if (flags === undefined) return undefined;
  let at = 0;
  for (let flag = args[at]; exact && flag?.startsWith("-"); flag = args[at]) {
    if (flags.alone?.includes(flag) || /^--?[a-z][a-z-]*=/i.test(flag)) at += 1;
    else if (flags.withValue?.includes(flag) && !args[at + 1]?.startsWith("-")) at += 2;
    else return undefined;
  }
  const word = args[at];
  return word !== undefined && /^[a-z][a-z0-9-]{0,30}$/.test(word) ? word : undefined;
}
