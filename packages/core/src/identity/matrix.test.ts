import { describe, expect, test } from "vitest";
import {
  type Actor,
  type Permission,
  type PermissionRow,
  ROLES,
  systemActor,
  workerActor,
} from "../kernel/actor.ts";
import { buildMatrix, covers, decide, decideAction, scopesOf } from "./matrix.ts";

const person = (roles: Actor["roles"], scopes: Actor["scopes"] = null): Actor => ({
  ...systemActor("test"),
  kind: "user",
  roles,
  scopes,
});
const agent: Actor = { ...systemActor("test"), kind: "agent", owner_id: "owner" };
const row = (cells: Partial<PermissionRow>): PermissionRow => ({
  author: "no",
  reviewer: "no",
  admin: "no",
  agent: "no",
  system: "no",
  ...cells,
});

describe("a decision", () => {
  test("is the best cell over a person's roles, for every two roles and every two cells", () => {
    const best: Permission[] = ["yes", "own", "no"];
    for (const [a, b] of ROLES.flatMap((one) => ROLES.map((other) => [one, other] as const))) {
      if (a === b) continue;
      for (const [mine, other] of best.flatMap((x) => best.map((y) => [x, y] as const))) {
        const expected = best[Math.min(best.indexOf(mine), best.indexOf(other))];
        expect(decide(person([a, b]), row({ [a]: mine, [b]: other }), "x")).toBe(expected);
      }
    }
  });

  test("is no without a role, but for rows that are open to everyone signed in", () => {
    const yes = row({ author: "yes", reviewer: "yes", admin: "yes", agent: "yes", system: "yes" });
    expect(decide(person([]), yes, "x")).toBe("no");
    expect(decide(person([]), { ...yes, everyone: true }, "x")).toBe("yes");
    expect(decide(null, { ...yes, everyone: true }, "x")).toBe("no");
    expect(decide(null, { ...yes, public: true }, "x")).toBe("yes");
  });

  test("takes agents, system and workers by their own columns, whatever roles they claim", () => {
    const admins = row({ admin: "yes" });
    expect(decide({ ...agent, roles: ["admin"] }, admins, "x")).toBe("no");
    expect(decide(agent, row({ agent: "own" }), "x")).toBe("own");
    expect(decide(systemActor("sweep"), row({ system: "yes" }), "x")).toBe("yes");
    expect(decide(workerActor("w1"), admins, "x")).toBe("no");
  });

  test("a scoped key narrows a right and never widens it", () => {
    const write = row({ author: "own", scope: "tasks:write" });
    expect(decide(person(["author"], ["tasks:write"]), write, "task.edit")).toBe("own");
    expect(decide(person(["author"], ["tasks:*"]), write, "task.edit")).toBe("own");
    expect(decide(person(["author"], ["tasks:read"]), write, "task.edit")).toBe("no");
    expect(decide(person(["author"], []), write, "task.edit")).toBe("no");
    expect(decide(person(["reviewer"], ["tasks:write"]), write, "task.edit")).toBe("no");
    expect(decide(person(["author"], ["approval.respond"]), row({ author: "yes" }), "approval.respond")).toBe(
      "yes",
    );
    expect(
      decide({ ...agent, scopes: ["tasks:read"] }, row({ agent: "yes", scope: "locks:write" }), "x"),
    ).toBe("no");
  });

  test("a cell `scope` needs a key that names it: a session or a key without scopes will not do", () => {
    const locks = row({
      author: "scope",
      reviewer: "scope",
      admin: "yes",
      agent: "yes",
      scope: "locks:write",
    });
    expect(decide(person(["author"]), locks, "lock.acquire")).toBe("no");
    expect(decide(person(["author", "reviewer"], ["locks:write"]), locks, "lock.acquire")).toBe("yes");
    expect(decide(person(["reviewer"], ["locks:*"]), locks, "lock.acquire")).toBe("yes");
    expect(decide(person(["author"], ["tasks:write"]), locks, "lock.acquire")).toBe("no");
    expect(decide(person(["admin"]), locks, "lock.acquire")).toBe("yes");
    expect(decide(person(["admin"], ["tasks:write"]), locks, "lock.acquire")).toBe("no");
  });
});

describe("the matrix", () => {
  test("refuses an action declared twice, an answer that can't be one, and an unknown action", () => {
    expect(() => buildMatrix([{ "a.b": row({}) }, { "a.b": row({}) }])).toThrow("a.b");
    expect(() => buildMatrix([{ "a.b": row({ author: "own", reviewer: "assigned" }) }])).toThrow(
      "own and assigned",
    );
    expect(() => decideAction(buildMatrix([]), person(["admin"]), "a.b")).toThrow("a.b");
  });

  test("names the scopes that a key can be narrowed to", () => {
    const matrix = buildMatrix([
      { "task.read": row({ scope: "tasks:read" }), "task.list": row({ scope: "tasks:read" }) },
      { "approval.list": row({}), "link.read": row({ public: true }) },
    ]);
    expect(scopesOf(matrix)).toEqual(["approval.list", "tasks:read"]);
  });

  test("a family of scopes ends where its name ends", () => {
    expect(covers("tasks:*", "tasks:write")).toBe(true);
    expect(covers("tasks:*", "tasksets:write")).toBe(false);
    expect(covers("tasks:write", "tasks:write-all")).toBe(false);
  });
});
