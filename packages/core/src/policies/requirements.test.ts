import { describe, expect, test } from "vitest";
import { candidatesOf, isMet, unsatisfiable } from "./quorum.ts";
import {
  buildRequirements,
  isAutoApproved,
  type Person,
  type RequirementFacts,
  reviewerIssues,
} from "./requirements.ts";
import type { PolicyEntry } from "./schema.ts";

const person = (id: string, roles: string[], groups: string[] = [], active = true): Person => ({
  id,
  name: id.toUpperCase(),
  roles,
  groups,
  active,
});

const PEOPLE = [
  person("ann", ["author"]),
  person("bob", ["reviewer"], ["sec"]),
  person("cat", ["reviewer"], ["sec", "sre"]),
  person("dan", ["reviewer"], ["sre"]),
  person("eve", ["admin"]),
  person("fay", ["author"], ["sec"]),
  person("gus", ["reviewer"], ["sec"], false),
];

const policy = (partial: Partial<PolicyEntry> = {}): PolicyEntry => ({
  id: "p1",
  name: "P",
  version: 3,
  active: true,
  min_approvers: 1,
  reject_threshold: 1,
  created_at: "",
  updated_at: "",
  ...partial,
});

const build = (policies: Partial<PolicyEntry>[], partial: Partial<RequirementFacts> = {}) =>
  buildRequirements({
    matches: policies.map((one, index) => ({
      policy: policy({ id: `p${index + 1}`, ...one }),
      why: "it matches",
    })),
    people: PEOPLE,
    author: { roles: ["author"], groups: ["trusted"] },
    excluded: ["ann"],
    score: 30,
    keys: ["database:prod/main"],
    ...partial,
  });

describe("buildRequirements", () => {
  test("no policy: any one active reviewer but the makers, all asked, an admin may answer", () => {
    const [requirement] = build([], { excluded: ["ann", "bob"] });
    expect(requirement).toMatchObject({
      id: "default",
      policy_id: null,
      min_approvers: 1,
      open: true,
      candidates: ["cat", "dan"],
    });
    expect(isMet(requirement!, ["eve"])).toBe(true);
  });

  test("no reviewer left: admins are asked, since somebody has to be", () => {
    const [requirement] = build([], { excluded: ["ann", "bob", "cat", "dan"] });
    expect(requirement?.candidates).toEqual(["eve"]);
  });

  test("groups and named reviewers are the candidates together; the inactive and those without the right are not", () => {
    const [requirement] = build([{ groups: ["sec"], reviewers: ["eve"], min_approvers: 2 }]);
    expect(requirement).toMatchObject({
      policy_id: "p1",
      policy_version: 3,
      open: false,
      candidates: ["bob", "cat", "eve"],
      who: "sec or EVE",
    });
  });

  test("each match is a requirement of its own: security and SRE, not either", () => {
    const requirements = build([{ groups: ["sec"] }, { groups: ["sre"] }]);
    const met = (...approvers: string[]) =>
      requirements.every((requirement) => isMet(requirement, approvers));
    expect(met("bob")).toBe(false);
    expect(met("bob", "dan")).toBe(true);
    expect(met("cat")).toBe(true);
  });

  test("required roles are roles or groups, met by the same approvals or others", () => {
    const [requirement] = build([{ groups: ["sre"], required_roles: ["sec", "admin", "sec"] }]);
    expect(requirement?.required_roles).toEqual([
      { name: "sec", members: ["bob", "cat"] },
      { name: "admin", members: ["eve"] },
    ]);
    expect(isMet(requirement!, ["cat", "eve"])).toBe(true);
    expect(isMet(requirement!, ["dan", "eve"])).toBe(false);
    expect(isMet(requirement!, ["bob", "eve"])).toBe(false);
  });

  test("a group that is called like a role does not pass for it", () => {
    const people = [person("mal", ["reviewer"], ["admin"]), person("eve", ["admin"])];
    const [requirement] = build([{ required_roles: ["admin"] }], { people });
    expect(requirement?.required_roles[0]?.members).toEqual(["eve"]);
  });

  test("a policy of 0 approvers asks nobody but its roles", () => {
    const [requirement] = build([{ min_approvers: 0, required_roles: ["sre"] }]);
    expect(candidatesOf([requirement!]).map((one) => one.user_id)).toEqual(["cat", "dan"]);
    expect(isMet(requirement!, [])).toBe(false);
    expect(isMet(requirement!, ["dan"])).toBe(true);
  });

  test("a policy of 0 approvers whose waiver fails needs one: nothing passes unseen", () => {
    const [requirement] = build([{ min_approvers: 0, auto_approve_if: { risk_below: 10 } }]);
    expect(requirement).toMatchObject({ auto_approved: false, min_approvers: 1 });
    expect(isMet(requirement!, [])).toBe(false);
  });
});

describe("auto_approve_if", () => {
  test.each<[string, PolicyEntry["auto_approve_if"], boolean]>([
    ["risk below", { risk_below: 31 }, true],
    ["risk not below", { risk_below: 30 }, false],
    ["author's role", { author_has_role: ["admin", "author"] }, true],
    ["author's group", { author_has_role: ["trusted"] }, true],
    ["another's role", { author_has_role: ["admin"] }, false],
    ["resources in scope", { resources_in_scope: ["secret:*", "database:prod/*"] }, true],
    ["a resource out of scope", { resources_in_scope: ["secret:*"] }, false],
    ["all that is stated", { risk_below: 31, author_has_role: ["author"], resources_in_scope: ["*"] }, true],
    ["all that is stated but one", { risk_below: 31, author_has_role: ["admin"] }, false],
    ["nothing stated", {}, false],
    ["no waiver", undefined, false],
  ])("%s", (_, auto_approve_if, waives) => {
    const requirements = build([auto_approve_if ? { auto_approve_if } : {}]);
    expect(requirements[0]?.auto_approved).toBe(waives);
    expect(isAutoApproved(requirements)).toBe(waives);
  });

  test("every resource has to be in scope, and no resource is not every", () => {
    const scope = [{ auto_approve_if: { resources_in_scope: ["database:*"] } }];
    expect(isAutoApproved(build(scope, { keys: ["database:prod/a", "secret:default/b"] }))).toBe(false);
    expect(isAutoApproved(build(scope, { keys: [] }))).toBe(false);
  });

  test("one policy that waives does not waive for the others, and its reviewers are left out", () => {
    const requirements = build([
      { groups: ["sec"], auto_approve_if: { risk_below: 31 } },
      { groups: ["sre"] },
    ]);
    expect(isAutoApproved(requirements)).toBe(false);
    expect(candidatesOf(requirements).map((one) => one.user_id)).toEqual(["cat", "dan"]);
    expect(candidatesOf(requirements)[0]?.requirement_ids).toEqual(["p2"]);
  });

  test("the default policy never waives", () => {
    expect(isAutoApproved(build([]))).toBe(false);
    expect(isAutoApproved([])).toBe(false);
  });
});

describe("requested reviewers", () => {
  test("are asked and lower nothing", () => {
    const requirements = build([{ groups: ["sec"] }], { requested: ["dan", "ann"] });
    expect(requirements.map((requirement) => requirement.id)).toEqual(["p1", "requested"]);
    expect(requirements[1]).toMatchObject({ candidates: ["dan"], min_approvers: 0, open: false });
    expect(requirements.every((requirement) => isMet(requirement, ["dan"]))).toBe(false);
    expect(requirements.every((requirement) => isMet(requirement, ["bob"]))).toBe(true);
    expect(candidatesOf(requirements).find((one) => one.user_id === "dan")?.why).toEqual([
      { requirement_id: "requested", policy: "Requested by the author", rule: "asked for by the author" },
    ]);
  });

  test("have to be active reviewers who did not make the change", () => {
    const requested = ["bob", "nobody", "gus", "fay", "cat"];
    expect(
      reviewerIssues({
        people: PEOPLE,
        excluded: ["cat"],
        requested,
        field: (at) => `requested_reviewers.${at}`,
      }).map((one) => one.field),
    ).toEqual([
      "requested_reviewers.1",
      "requested_reviewers.2",
      "requested_reviewers.3",
      "requested_reviewers.4",
    ]);
  });
});

describe("unsatisfiable", () => {
  test("names the policy and why nobody is left", () => {
    const requirements = build(
      [
        { name: "Two of security", groups: ["sec"], min_approvers: 2 },
        { name: "Empty group", groups: ["void"] },
        { name: "Role", required_roles: ["void"] },
        { name: "Waived", groups: ["void"], auto_approve_if: { risk_below: 99 } },
        { name: "Fine", groups: ["sre"] },
      ],
      { excluded: ["ann", "bob"] },
    );
    const problems = unsatisfiable(requirements);
    expect(problems.map((problem) => problem.policy)).toEqual(["Two of security", "Empty group", "Role"]);
    expect(problems[0]?.issue).toMatch(/^needs 2 of sec, and only 1 of them is left to ask/);
    expect(problems[1]?.issue).toMatch(/^needs 1 of void, and nobody of them is left to ask/);
    expect(problems[2]?.issue).toMatch(/^needs 1 of void/);
  });

  test("the default policy too, where the only person is the author", () => {
    expect(unsatisfiable(build([], { people: [person("eve", ["admin"])], excluded: ["eve"] }))).toHaveLength(
      1,
    );
  });
});
