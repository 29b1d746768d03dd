import { describe, expect, test } from "vitest";
import { roleOf } from "../../../src/profile/role.ts";
import { failureOf } from "../support/failures.ts";

const ROLE = "arn:aws:iam::210987654321:role/admin";

function role(keys: Record<string, string>) {
  return roleOf({ name: "admin", keys: { role_arn: ROLE, ...keys }, flags: {} });
}

test("a role has what its profile says of it and nothing else", () => {
  expect(role({})).toStrictEqual({ arn: ROLE, profile: "admin" });
  expect(
    role({
      role_session_name: "jane",
      external_id: "x",
      duration_seconds: "2h",
      session_tags: "team = web , cost center=a=b,empty=",
      transitive_session_tags: "team, cost center",
      source_identity: "jane@example.com",
      policy_arns: "arn:aws:iam::aws:policy/ReadOnlyAccess,arn:aws:iam::210987654321:policy/own",
    }),
  ).toStrictEqual({
    arn: ROLE,
    profile: "admin",
    sessionName: "jane",
    externalId: "x",
    durationSeconds: 7200,
    tags: [
      { key: "team", value: "web" },
      { key: "cost center", value: "a=b" },
      { key: "empty", value: "" },
    ],
    transitiveTagKeys: ["team", "cost center"],
    sourceIdentity: "jane@example.com",
    policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::210987654321:policy/own"],
  });
});

describe("what AWS would not take is refused before anybody is asked", () => {
  const many = (count: number, of: (index: number) => string) => Array.from({ length: count }, (_, i) => of(i)).join();
  test.each([
    { session_tags: "team" },
    { session_tags: "=web" },
    { session_tags: "team=web,,a=b" },
    { session_tags: "team=web,Team=app" },
    { session_tags: many(51, (index) => `k${index}=v`) },
    { transitive_session_tags: "team," },
    { policy_arns: "ReadOnlyAccess" },
    { policy_arns: many(11, (index) => `arn:aws:iam::aws:policy/p${index}`) },
    { duration_seconds: "13h" },
    { duration_seconds: "899" },
    { role_arn: "admin" },
  ])("%j", (keys) => {
    const failure = failureOf(() => role(keys as Record<string, string>));
    expect(failure.status).toBe(3);
    expect(failure.message).toContain(Object.keys(keys)[0]);
    expect(failure.message).toContain("admin");
  });

  test("but as much as it takes is taken", () => {
    expect(role({ session_tags: many(50, (index) => `k${index}=v`) })?.tags).toHaveLength(50);
    expect(role({ policy_arns: many(10, (index) => `arn:aws:iam::aws:policy/p${index}`) })?.policyArns).toHaveLength(
      10,
    );
  });
});
