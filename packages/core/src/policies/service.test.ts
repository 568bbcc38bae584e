import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, systemActor } from "../kernel/actor.ts";
import { type PolicyInput, policyInput } from "./schema.ts";

let core: TestCore;
/** A reviewer of the group `sec`. */
let bob: string;
let policies: TestCore["policies"];

const admin: Actor = { ...systemActor("test"), kind: "user", id: "0192f0c4-0000-7000-8000-00000000000a" };
const input = (partial: Partial<PolicyInput> = {}) => policyInput.parse({ name: "Production", ...partial });

beforeAll(async () => {
  core = await makeCore();
  policies = core.policies;
  const person = await core.identity.users.create(systemActor("test"), {
    email: "bob@example.com",
    name: "Bob",
    password: "correct horse battery",
    roles: ["reviewer"],
    groups: ["sec"],
  });
  bob = person.id;
});
afterAll(() => core?.dispose());

describe("the policy service", () => {
  test("keeps every version, what the patch does not name stays, null takes away, and the ledger tells", async () => {
    const created = await policies.create(
      admin,
      input({ groups: ["sec", "sec"], risk_threshold: 40, min_approvers: 2 }),
    );
    expect(created).toMatchObject({
      version: 1,
      groups: ["sec"],
      min_approvers: 2,
      reject_threshold: 1,
      active: true,
    });
    expect(await policies.get(created.id)).toEqual(created);

    const updated = await policies.update(admin, created.id, {
      risk_threshold: null,
      reviewers: [bob],
      active: false,
    });
    expect(updated).toMatchObject({
      version: 2,
      groups: ["sec"],
      reviewers: [bob],
      min_approvers: 2,
      active: false,
    });
    expect(updated).not.toHaveProperty("risk_threshold");

    const versions = await policies.versions(created.id);
    expect(versions.map((one) => [one.version, one.risk_threshold, one.active, one.created_by])).toEqual([
      [2, undefined, false, admin.id],
      [1, 40, true, admin.id],
    ]);

    await policies.remove(admin, created.id);
    await expect(policies.get(created.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(policies.versions(created.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(policies.update(admin, created.id, {})).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(policies.remove(admin, created.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const entries = await core.connections.prisma.ledger_entry.findMany({
      where: { entity_id: created.id },
      orderBy: { id: "asc" },
    });
    expect(entries.map((entry) => entry.action)).toEqual([
      "policy.created",
      "policy.updated",
      "policy.deleted",
    ]);
  });

  test("active() reads afresh and leaves out what is switched off", async () => {
    const one = await policies.create(admin, input({ name: "on" }));
    await policies.create(admin, input({ name: "off", active: false }));
    expect((await policies.active()).map((policy) => policy.name)).toEqual(["on"]);
    expect((await policies.list()).map((policy) => policy.name)).toEqual(["off", "on"]);
    await policies.update(admin, one.id, { active: false });
    expect(await policies.active()).toEqual([]);
  });

  test("refuses unknown names and impossible numbers, in a patch too, and writes nothing", async () => {
    const before = await core.connections.prisma.policy.count();
    await expect(policies.create(admin, input({ groups: ["nobody"] }))).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      status: 400,
      details: [{ field: "groups.0", issue: "is no group" }],
    });
    expect(await core.connections.prisma.policy.count()).toBe(before);
    const policy = await policies.create(admin, input({ reviewers: [bob] }));
    await expect(policies.update(admin, policy.id, { min_approvers: 2 })).rejects.toMatchObject({
      details: [{ field: "min_approvers" }],
    });
    expect(await policies.get(policy.id)).toEqual(policy);
  });

  test("one of two updates at the same moment wins, the other is told", async () => {
    const policy = await policies.create(admin, input());
    const results = await Promise.allSettled(
      [11, 22, 33].map((risk_threshold) =>
        policies.update(admin, policy.id, { risk_threshold, expected_version: policy.version }),
      ),
    );
    const failures = results.filter((result) => result.status === "rejected");
    expect(failures).toHaveLength(2);
    for (const failure of failures) expect(failure.reason).toMatchObject({ code: "CONFLICT" });
    expect((await policies.get(policy.id)).version).toBe(2);
    expect(await policies.versions(policy.id)).toHaveLength(2);
    await expect(
      policies.update(admin, policy.id, { name: "late", expected_version: 1 }),
    ).rejects.toMatchObject({ code: "CONFLICT" });
  });
});
