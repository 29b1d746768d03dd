/** One or many, as policy documents write it. */
export type OneOrMany<T> = T | T[];

/** A statement of an IAM policy document. */
export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | { AWS: OneOrMany<string> };
  Action?: OneOrMany<string>;
  NotAction?: OneOrMany<string>;
  Resource?: OneOrMany<string>;
  NotResource?: OneOrMany<string>;
  Condition?: Record<string, Record<string, OneOrMany<string | number | boolean>>>;
}

/** An IAM policy document: identity, trust or session policy. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: OneOrMany<Statement>;
}

/** Condition keys of a request, by name in lower case; a key that is absent is missing, not empty. */
export type RequestContext = Record<string, string | string[]>;

/** What is asked for. */
export interface PolicyRequest {
  /** `service:Action`. */
  action: string;
  resource: string;
  context: RequestContext;
  /** ARNs by which a trust policy may name the caller; unused by identity policies. */
  principals?: string[];
}

/** What a set of documents says: an explicit deny wins, then any allow, else nothing. */
export type Decision = "allow" | "explicit-deny" | "implicit-deny";

function list<T>(value: OneOrMany<T> | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

const NO_CONTEXT: RequestContext = {};

/**
 * Whether `text` matches a pattern with `*`, `?` and policy variables. The value of a variable stands for itself, whatever
 * is in it; `${*}`, `${?}` and `${$}` are those characters; a variable without a value or default matches nothing.
 */
export function wildcard(pattern: string, text: string, context = NO_CONTEXT): boolean {
  let known = true;
  const source = pattern.replace(/\$\{([^}]*)\}|[\s\S]/g, (part: string, variable?: string) => {
    if (variable === undefined) return part === "*" ? "[^]*" : part === "?" ? "[^]" : literal(part);
    const value = variableValue(variable, context);
    if (value === undefined) known = false;
    return literal(value ?? "");
  });
  return known && new RegExp(`^${source}$`).test(text);
}

/** ARNs match part by part: no wildcard reaches over a colon but in the last of the six. */
function arnMatches(pattern: string, arn: string, context: RequestContext): boolean {
  if (pattern === "*") return true;
  const [wanted, actual] = [arnParts(pattern), arnParts(arn)];
  if (wanted === undefined || actual === undefined) return wildcard(pattern, arn, context);
  return wanted.every((part, index) => wildcard(part, actual[index] ?? "", context));
}

/** The colons of a variable are its own. */
function arnParts(arn: string): string[] | undefined {
  const part = "((?:\\$\\{[^}]*\\}|[^:])*)";
  return new RegExp(`^${Array(5).fill(part).join(":")}:([^]*)$`).exec(arn)?.slice(1);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** `name`, or `name, 'default'`. */
function variableValue(variable: string, context: RequestContext): string | undefined {
  if (["*", "?", "$"].includes(variable)) return variable;
  const [, name = "", otherwise] = /^\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(variable) ?? [];
  const value = context[name.toLowerCase()];
  return typeof value === "string" ? value : otherwise;
}

type Test = (actual: string, wanted: string, context: RequestContext) => boolean;
const numeric =
  (compare: (a: number, b: number) => boolean): Test =>
  (actual, wanted) =>
    compare(Number(actual), Number(wanted));
const date =
  (compare: (a: number, b: number) => boolean): Test =>
  (actual, wanted) =>
    compare(Date.parse(actual), Date.parse(wanted));
/** Where wildcards mean nothing, `*` and `?` are themselves. */
const equal: Test = (actual, wanted, context) =>
  wildcard(
    wanted.replace(/\$\{[^}]*\}|[*?]/g, (part) => (part.length > 1 ? part : `\${${part}}`)),
    actual,
    context,
  );
const like: Test = (actual, wanted, context) => wildcard(wanted, actual, context);
const likeArn: Test = (actual, wanted, context) => arnMatches(wanted, actual, context);

const OPERATORS: Record<string, { test: Test; negated?: true }> = {
  bool: { test: (a, w) => a.toLowerCase() === w.toLowerCase() },
  stringequals: { test: equal },
  stringnotequals: { test: equal, negated: true },
  stringequalsignorecase: { test: (a, w, context) => equal(a.toLowerCase(), w.toLowerCase(), context) },
  stringlike: { test: like },
  stringnotlike: { test: like, negated: true },
  arnequals: { test: likeArn },
  arnlike: { test: likeArn },
  arnnotequals: { test: likeArn, negated: true },
  arnnotlike: { test: likeArn, negated: true },
  numericequals: { test: numeric((a, b) => a === b) },
  numericnotequals: { test: numeric((a, b) => a === b), negated: true },
  numericlessthan: { test: numeric((a, b) => a < b) },
  numericlessthanequals: { test: numeric((a, b) => a <= b) },
  numericgreaterthan: { test: numeric((a, b) => a > b) },
  numericgreaterthanequals: { test: numeric((a, b) => a >= b) },
  datelessthan: { test: date((a, b) => a < b) },
  dategreaterthan: { test: date((a, b) => a > b) },
};

/** One operator over one key. Values are alternatives; an absent key fails unless the operator is negated or IfExists. */
function condition(operator: string, key: string, wanted: string[], context: RequestContext): boolean {
  const actual = context[key.toLowerCase()];
  let name = operator.toLowerCase();
  if (name === "null") return wanted.some((want) => (want.toLowerCase() === "true") === (actual === undefined));
  const quantifier = /^forallvalues:|^foranyvalue:/.exec(name)?.[0];
  if (quantifier) name = name.slice(quantifier.length);
  const ifExists = name.endsWith("ifexists");
  if (ifExists) name = name.slice(0, -"ifexists".length);
  const known = OPERATORS[name];
  // A misread policy must not pass for a lenient one.
  if (!known) throw new Error(`policy operator not known to fake-aws: ${operator}`);
  const all = quantifier === "forallvalues:";
  if (actual === undefined) return ifExists || all || known.negated === true;
  const one = (value: string) => {
    const hit = wanted.some((want) => known.test(value, want, context));
    return known.negated ? !hit : hit;
  };
  return all || known.negated ? list(actual).every(one) : list(actual).some(one);
}

function conditions(statement: Statement, context: RequestContext): boolean {
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => condition(operator, key, list(wanted).map(String), context)),
  );
}

function actions(statement: Statement, action: string): boolean {
  const hit = (patterns: OneOrMany<string>) =>
    list(patterns).some((pattern) => wildcard(pattern.toLowerCase(), action.toLowerCase()));
  if (statement.NotAction !== undefined) return !hit(statement.NotAction);
  return statement.Action !== undefined && hit(statement.Action);
}

function resources(statement: Statement, request: PolicyRequest): boolean {
  const hit = (patterns: OneOrMany<string>) =>
    list(patterns).some((pattern) => arnMatches(pattern, request.resource, request.context));
  if (statement.NotResource !== undefined) return !hit(statement.NotResource);
  // A trust policy has no Resource: it is about the role it hangs on.
  return statement.Resource === undefined ? statement.Principal !== undefined : hit(statement.Resource);
}

function principals(statement: Statement, request: PolicyRequest): boolean {
  if (statement.Principal === undefined || request.principals === undefined)
    return statement.Principal === undefined && request.principals === undefined;
  if (statement.Principal === "*") return true;
  const callers = request.principals;
  return list(statement.Principal.AWS).some((wanted) => wanted === "*" || callers.includes(wanted));
}

/** Evaluates documents against a request by AWS's rules: explicit deny, then allow, then implicit deny. */
export function evaluate(documents: PolicyDocument[], request: PolicyRequest): Decision {
  let decision: Decision = "implicit-deny";
  for (const statement of documents.flatMap((document) => list(document.Statement))) {
    const applies =
      actions(statement, request.action) &&
      resources(statement, request) &&
      principals(statement, request) &&
      conditions(statement, request.context);
    if (applies && statement.Effect === "Deny") return "explicit-deny";
    if (applies) decision = "allow";
  }
  return decision;
}
