/** The environment askonce was started with, handed down as a value: no room reads `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** True for the spellings of true that botocore takes (botocore/utils.py, ensure_boolean). */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && value.trim().toLowerCase() === "true";
}

/** The value, or undefined where it is missing or empty. */
export function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}

/** How the user's terminal may be written on (no-color.org; one that is dumb or says nothing has no colours), and where to find stty. */
export function terminalOptions(env: Environment): { colours: boolean; searchPath: string } {
  return { colours: !env.NO_COLOR && !!env.TERM && env.TERM !== "dumb", searchPath: env.PATH ?? "" };
}

/** Secrets of the caller, and what would change how a Node program starts: no business of a program that prints a code. */
const NOT_FOR_CHILDREN = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_BEARER_TOKEN_BEDROCK",
  "NODE_OPTIONS",
];

/** The environment for the programs askonce starts. */
export function childEnvironment(env: Environment): Record<string, string | undefined> {
  const children: Record<string, string | undefined> = { ...env };
  for (const name of NOT_FOR_CHILDREN) delete children[name];
  return children;
}
