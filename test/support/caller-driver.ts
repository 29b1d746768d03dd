/**
 * Writes which program it runs for, and its parent's number, as JSON to the file named first, and prints credentials that
 * no service knows, so that an AWS client may run it.
 */

import { renameSync, writeFileSync } from "node:fs";
import { requesterOf } from "../../src/caller/requester.ts";

const [resultFile = ""] = process.argv.slice(2);
const result = { parent: process.ppid, name: requesterOf({}).program ?? null };
writeFileSync(`${resultFile}.new`, JSON.stringify(result));
renameSync(`${resultFile}.new`, resultFile);
console.log(JSON.stringify({ Version: 1, AccessKeyId: "AKIDEXAMPLE", SecretAccessKey: "none" }));
