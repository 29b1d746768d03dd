import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CONTROL_HEADER } from "./control.ts";
import { startFakeAws } from "./server.ts";

/** The secret in a file; made (readable by its owner only) when there is none. */
function controlSecret(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  const secret = readFileSync(file, "utf8").trim();
  if (secret === "") throw new Error(`${file} is empty`);
  return secret;
}

const { values } = parseArgs({ options: { port: { type: "string" }, control: { type: "string" } } });
const fake = await startFakeAws({
  port: Number(values.port ?? 0),
  ...(values.control === undefined ? {} : { controlSecret: controlSecret(values.control) }),
});

let ending = false;
function end(): void {
  if (ending) return;
  ending = true;
  fake.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
}
process.once("SIGTERM", end);
process.once("SIGINT", end);
// A parent that is gone has closed our stdin, however it died.
process.stdin.once("end", end).once("close", end).once("error", end).resume();

const { url, port, fixture } = fake;
process.stdout.write(`${JSON.stringify({ url, port, pid: process.pid, controlHeader: CONTROL_HEADER, fixture })}\n`);
