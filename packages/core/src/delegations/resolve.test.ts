import { describe, expect, test } from "vitest";
import type { DelegationFacts, DelegationRule } from "./match.ts";
import { type Delegate, MAX_STEPS, resolveDelegations } from "./resolve.ts";

const person = (id: string, more: Partial<Delegate> = {}): Delegate => ({
  id,
  name: id[0]!.toUpperCase() + id.slice(1),
  roles: ["reviewer"],
  active: true,
  ...more,
});
const PEOPLE = [
  ...["alice", "bob", "carol", "dave"].map((id) => person(id)),
  person("mia", { roles: ["author", "reviewer"] }),
  person("gone", { active: false }),
  person("boss", { roles: ["author"] }),
];
let made = 0;
const rule = (owner_id: string, delegate_to: string, more: Partial<DelegationRule> = {}): DelegationRule => ({
  id: `d${String(++made).padStart(4, "0")}`,
  owner_id,
  delegate_to,
  conditions: {},
  cascade: true,
  starts_at: null,
  expires_at: null,
  active: true,
  ...more,
});
const FACTS: DelegationFacts = {
  type: "infrastructure.deploy",
  keys: ["infrastructure:prod-eu/cluster", "configuration:default/files/cluster.yaml"],
  score: 70,
  tags: ["release"],
  at: "2026-03-01T12:00:00.000000Z",
  makers: ["mia"],
};
const resolve = (rules: DelegationRule[], facts: Partial<DelegationFacts> = {}, owner = "alice") =>
  resolveDelegations(rules, [owner], { ...FACTS, ...facts }, PEOPLE).get(owner)!;

/** approvals.md's example: Alice delegates infrastructure above risk 50 to Bob, Bob delegates prod-* to Carol. */
const CHAIN = [
  rule("alice", "bob", { conditions: { task_types: ["infrastructure.*"], risk_above: 50 } }),
  rule("bob", "carol", { conditions: { namespaces: ["prod-*"] } }),
];

describe("a chain", () => {
  test("is followed to its end, and says why at each step", () => {
    const found = resolve(CHAIN);
    expect(found).toMatchObject({
      end_id: "carol",
      path: ["alice", "bob", "carol"],
      via: ["Alice", "Bob", "Carol"],
      stops: "Carol has delegated nothing",
      warnings: [],
    });
    expect(found.looks.map(({ verdict, why }) => [verdict, why])).toEqual([
      ["taken", "its type infrastructure.deploy fits infrastructure.*; its risk 70 is above 50"],
      ["taken", "its namespace prod-eu fits prod-*"],
    ]);
  });
  test.each([
    ["at the risk itself", { score: 50 }, ["alice"], "no delegation of Alice applies"],
    ["another type", { type: "database.migrate" }, ["alice"], "no delegation of Alice applies"],
    ["another namespace", { keys: ["service:stage/x"] }, ["alice", "bob"], "no delegation of Bob applies"],
  ])("stops where no delegation applies: %s", (_, facts, path, stops) => {
    expect(resolve(CHAIN, facts)).toMatchObject({ path, stops, warnings: [] });
  });
  test("stops where it may not be passed on", () => {
    const found = resolve([{ ...CHAIN[0]!, cascade: false }, CHAIN[1]!]);
    expect(found).toMatchObject({ end_id: "bob", stops: "the delegation of Alice may not be passed on" });
  });
  test("goes over somebody who may not review, to somebody who may", () => {
    expect(resolve([rule("alice", "boss"), rule("boss", "dave")]).via).toEqual(["Alice", "Boss", "Dave"]);
  });
});

describe("a chain that leads nowhere falls back to its owner, who is warned", () => {
  test.each<[string, DelegationRule[], string]>([
    [
      "a circle",
      [rule("alice", "bob"), rule("bob", "carol"), rule("carol", "alice")],
      "Alice → Bob → Carol → Alice goes in a circle, so Alice is asked.",
    ],
    [
      "a circle further on",
      [rule("alice", "bob"), rule("bob", "carol"), rule("carol", "bob")],
      "Alice → Bob → Carol → Bob goes in a circle, so Alice is asked.",
    ],
    [
      "to the author",
      [rule("alice", "bob"), rule("bob", "mia")],
      "Alice → Bob → Mia ends at somebody who made this change, so Alice is asked.",
    ],
    [
      "over the author, who would choose who approves",
      [rule("alice", "mia"), rule("mia", "bob")],
      "Alice → Mia ends at somebody who made this change, so Alice is asked.",
    ],
    [
      "to somebody who left",
      [rule("alice", "gone"), rule("gone", "bob")],
      "Alice → Gone ends at somebody who left, so Alice is asked.",
    ],
    [
      "to somebody who may not review",
      [rule("alice", "boss")],
      "Alice → Boss ends at somebody who may not review, so Alice is asked.",
    ],
    [
      "to somebody who may not review and may not pass it on",
      [rule("alice", "boss", { cascade: false }), rule("boss", "bob")],
      "Alice → Boss ends at somebody who may not review, so Alice is asked.",
    ],
  ])("%s", (_, rules, warning) => {
    expect(resolve(rules)).toMatchObject({ end_id: "alice", path: ["alice"], warnings: [warning] });
    expect(resolve(rules.toReversed())).toMatchObject({ end_id: "alice", warnings: [warning] });
  });
  test("more steps than anybody can follow", () => {
    const long = Array.from({ length: MAX_STEPS + 2 }, (_, place) => person(`p${place}`));
    const rules = long.slice(1).map((to, place) => rule(`p${place}`, to.id));
    const run = (count: number) => resolveDelegations(rules.slice(0, count), ["p0"], FACTS, long).get("p0")!;
    expect(run(MAX_STEPS).end_id).toBe(`p${MAX_STEPS}`);
    expect(run(MAX_STEPS + 1)).toMatchObject({
      end_id: "p0",
      warnings: [expect.stringContaining("20 steps")],
    });
  });
});

describe("several delegations of one owner", () => {
  test("more conditions come first, then longer patterns, then the newer", () => {
    const wide = rule("alice", "bob", { conditions: { namespaces: ["prod-*"] } });
    const longer = rule("alice", "carol", { conditions: { namespaces: ["*", "prod-eu"] } });
    const both = rule("alice", "dave", { conditions: { namespaces: ["*"], tags: ["release"] } });
    expect(resolve([wide, longer, both]).end_id).toBe("dave");
    expect(resolve([wide, longer]).end_id).toBe("carol");
    const [older, newer] = [rule("alice", "bob"), rule("alice", "carol")];
    expect(resolve([newer, older]).end_id).toBe("carol");
    expect(resolve([older, newer]).looks.map(({ to, verdict }) => [to, verdict])).toEqual([
      ["Carol", "taken"],
      ["Bob", "not_needed"],
    ]);
  });
  test("the next is taken where the first leads nowhere, and the owner hears of it", () => {
    const found = resolve([
      rule("alice", "bob"),
      rule("alice", "mia", { conditions: { tags: ["release"] } }),
    ]);
    expect(found).toMatchObject({
      end_id: "bob",
      warnings: ["Alice → Mia ends at somebody who made this change, so it was passed over."],
    });
  });
  test("of somebody on the way, too: depth first", () => {
    const rules = [
      rule("alice", "bob"),
      rule("bob", "mia", { conditions: { tags: ["release"] } }),
      rule("bob", "carol"),
    ];
    expect(resolve(rules).via).toEqual(["Alice", "Bob", "Carol"]);
  });
});

describe("time", () => {
  const at = "2026-03-01T12:00:00.000001Z";
  test.each([
    ["ends at this microsecond", { expires_at: at }, "alice"],
    ["ends a microsecond later", { expires_at: "2026-03-01T12:00:00.000002Z" }, "bob"],
    ["begins at this microsecond", { starts_at: at }, "bob"],
    ["begins a microsecond later", { starts_at: "2026-03-01T12:00:00.000002Z" }, "alice"],
    ["is written with an offset", { expires_at: "2026-03-01T13:00:00.000002+01:00" }, "bob"],
    ["is switched off", { active: false }, "alice"],
  ])("%s", (_, more, end) => {
    expect(resolve([rule("alice", "bob", more)], { at }).end_id).toBe(end);
  });
  test("one that is not in force says why it does not apply", () => {
    const rules = [
      rule("alice", "bob", { expires_at: at }),
      rule("alice", "bob", { starts_at: "2027-01-01T00:00:00Z" }),
      rule("alice", "bob", { active: false }),
    ];
    expect(
      resolve(rules, { at })
        .looks.map(({ why }) => why)
        .sort(),
    ).toEqual(["it has ended", "it has not begun yet", "it is switched off"]);
  });
});

test.each([
  [{ task_types: ["database.*"] }, "its type fits none of database.*"],
  [{ resource_patterns: ["database:*"] }, "no resource of it fits database:*"],
  [{ namespaces: ["stage", "test"] }, "no namespace of it fits stage, test"],
  [{ tags: ["hotfix"] }, "no tag of it fits hotfix"],
  [{ risk_above: 70 }, "its risk 70 is not above 70"],
  [{ task_types: ["*"], tags: ["hotfix"] }, "no tag of it fits hotfix"],
])("all stated conditions must hold: %j", (conditions, why) => {
  const found = resolve([rule("alice", "bob", { conditions })]);
  expect(found.end_id).toBe("alice");
  expect(found.looks[0]).toMatchObject({ verdict: "does_not_apply", why });
});
