/** botocore, the AWS CLI's library, as the judge of what the AWS CLI would do: Python asked over a pipe. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

/** What Python said to one input: the value, or the class and text of what was raised. */
export type Answer<T> = { readonly value: T } | { readonly error: string; readonly message: string };

/** Reads the snippet, then answers each line, a JSON list of inputs, with a line, a JSON list of answers. */
const SERVER = `
import json, sys
scope = {}
exec(json.loads(sys.stdin.readline()), scope)
def answer(value):
    try:
        return {"value": scope["evaluate"](value)}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}
for line in sys.stdin:
    print(json.dumps([answer(value) for value in json.loads(line)]), flush=True)
`;

let found: string | undefined | null = null;

/** A Python that has botocore: python3, or the one that the `aws` on PATH runs with; undefined where there is none. */
export function pythonWithBotocore(): string | undefined {
  if (found === null) {
    found = ["python3", ...pythonsOfAws()].find(
      (python) => spawnSync(python, ["-c", "import botocore.session"]).status === 0,
    );
  }
  return found;
}

function pythonsOfAws(): string[] {
  return (process.env.PATH ?? "").split(delimiter).flatMap((directory) => {
    try {
      return /^#!(\/\S*python\S*)/.exec(readFileSync(join(directory, "aws"), "latin1"))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

/**
 * One Python process for any number of inputs. The snippet defines `evaluate(input)`, which takes and returns what JSON can
 * say, and finds none of our environment but PATH. Close it when done.
 */
export class Botocore {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  #stderr = "";
  #ended: Error | undefined;

  constructor(snippet: string) {
    this.#process = spawn(pythonWithBotocore() ?? "python3", ["-X", "utf8", "-c", SERVER], {
      env: { PATH: process.env.PATH, HOME: "/nonexistent" },
    });
    this.#process.stderr.on("data", (data) => {
      this.#stderr += data;
    });
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    this.#process.stdin.on("error", () => {});
    this.#process.on("error", (error) => this.#end(error));
    this.#process.on("close", (status) => this.#end(new Error(`python ended with ${status}: ${this.#stderr}`)));
    this.#process.stdin.write(`${JSON.stringify(snippet)}\n`);
  }

  /** The answers, in the order of the inputs. Rejects when Python ends, with what it said. */
  async evaluate<T>(inputs: readonly unknown[]): Promise<Answer<T>[]> {
    if (this.#ended !== undefined) throw this.#ended;
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#process.stdin.write(`${JSON.stringify(inputs)}\n`);
    });
    return JSON.parse(line);
  }

  close(): void {
    this.#process.kill();
  }

  #end(error: Error): void {
    this.#ended = error;
    for (const one of this.#waiting.splice(0)) one.reject(error);
  }
}
