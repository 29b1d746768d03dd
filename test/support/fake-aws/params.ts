import { validationError } from "./aws-error.ts";

/** What a parameter has to satisfy; named and worded as AWS does in its validation errors. */
export interface Rule {
  pattern?: RegExp;
  /** The pattern as AWS prints it. */
  shown?: string;
  minLength?: number;
  maxLength?: number;
  min?: number;
  max?: number;
  required?: boolean;
}

function problems(value: string, rule: Rule): string[] {
  const found: string[] = [];
  if (rule.pattern && !rule.pattern.test(value))
    found.push(`Member must satisfy regular expression pattern: ${rule.shown ?? rule.pattern.source}`);
  if (rule.minLength !== undefined && value.length < rule.minLength)
    found.push(`Member must have length greater than or equal to ${rule.minLength}`);
  if (rule.maxLength !== undefined && value.length > rule.maxLength)
    found.push(`Member must have length less than or equal to ${rule.maxLength}`);
  const number = Number(value);
  if (rule.min !== undefined && number < rule.min)
    found.push(`Member must have value greater than or equal to ${rule.min}`);
  if (rule.max !== undefined && number > rule.max)
    found.push(`Member must have value less than or equal to ${rule.max}`);
  return found;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Checks parameters all at once; AWS counts and joins what it finds. */
export function checkParams(params: Record<string, string>, rules: Record<string, Rule>): void {
  const errors: string[] = [];
  for (const [name, rule] of Object.entries(rules)) {
    const value = params[name];
    const at = `at '${lowerFirst(name)}' failed to satisfy constraint:`;
    if (value === undefined) {
      if (rule.required) errors.push(`Value null ${at} Member must not be null`);
      continue;
    }
    if ((rule.min !== undefined || rule.max !== undefined) && !/^-?\d+$/.test(value))
      throw validationError(`'${value}' is not a valid integer for ${name}`);
    for (const problem of problems(value, rule)) errors.push(`Value '${value}' ${at} ${problem}`);
  }
  if (errors.length === 0) return;
  throw validationError(
    `${errors.length} validation error${errors.length > 1 ? "s" : ""} detected: ${errors.join("; ")}`,
  );
}

/** Items of `Name.member.1`, `Name.member.2`, or of the parts below them (`Name.member.1.Key`). */
export function members(params: Record<string, string>, name: string): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  for (const [key, value] of Object.entries(params)) {
    const match = new RegExp(`^${name}\\.member\\.(\\d+)(?:\\.(\\w+))?$`).exec(key);
    if (!match) continue;
    const index = Number(match[1]) - 1;
    found[index] = { ...found[index], [match[2] ?? "value"]: value };
  }
  return found.filter(Boolean);
}
