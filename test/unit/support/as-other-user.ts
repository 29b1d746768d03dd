/** Runs our code in a process of its own: as another user, or under a limit of the system's. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { temporaryDirectory } from "./temporary.ts";

const ROOT = join(import.meta.dirname, "../../..");
const OTHER_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** What the code may use besides its imports: `outcome` tells a value from a failure, `report` hands one back. */
const PRELUDE = `
const outcome = (act) => {
  try {
    return { value: act() };
  } catch (error) {
    return { failure: error.code, isAskonce: error.name === "AskonceError", message: error.message };
  }
};
const report = (value) => console.log(JSON.stringify(value));
`;

export interface Outcome {
  readonly value?: unknown;
  readonly failure?: string;
  readonly isAskonce?: boolean;
  readonly message?: string;
}

/** Bundles TypeScript whose imports start with `./src/` into a program that any user may run. */
export function bundleProgram(code: string): string {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o755);
  const path = join(directory, "program.mjs");
  const { outputFiles } = buildSync({
    stdin: { contents: `${PRELUDE}${code}`, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    logLevel: "silent",
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  writeFileSync(path, outputFiles[0]?.text ?? "", { mode: 0o644 });
  return path;
}

/** Runs code to its end as the user with number 65534, who has no rights, and returns what it reported. */
export function asOtherUser(code: string, ...args: string[]): Outcome {
  return runUnder(OTHER_USER, code, args);
}

/** Runs code to its end where no file can grow beyond so many bytes, as on a disk that fills up. */
export function onFullDisk(bytes: number, code: string, ...args: string[]): Outcome {
  return runUnder(["prlimit", `--fsize=${bytes}`], code, args);
}

function runUnder(wrapper: readonly string[], code: string, args: readonly string[]): Outcome {
  const [command = "", ...rest] = [...wrapper, process.execPath, bundleProgram(code), ...args];
  return JSON.parse(execFileSync(command, rest, { encoding: "utf8", cwd: "/", timeout: 20_000 }));
}

/** Starts code and leaves it running. */
export function startProgram(program: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: "ignore" });
}
