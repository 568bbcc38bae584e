import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "../kernel/actor.ts";
import { hotWrite } from "../ledger/service.ts";
import { openAgents, type TestAgents } from "./agents-fixture.ts";
import { type GrantInput, grantEntry, grantInput } from "./grants/schema.ts";
import { countGrantHit } from "./service.ts";
import { createEnsurePolicy } from "./settings/ensure-policy.ts";

let db: TestAgents;
let admin: Actor;
let owner: Actor;
beforeAll(async () => {
  db = await openAgents();
  [admin, owner] = [await db.actorOf("admin"), await db.actorOf("author")];
});
afterAll(() => db.close());

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const page = { page: 1, limit: 20 };

describe("an agent's keys", () => {
  test("are made, seen and revoked by owner and admins; a revoked one is nobody from then on", async () => {
    const { id, api_key } = await db.agent(admin, { owner_id: owner.id });
    const made = await db.agents.keys.create(owner, id, { name: "On the build machine" });
    const self = await db.actor({ key: made.key });
    expect(self).toMatchObject({ kind: "agent", id, owner_id: owner.id });
    const { api_keys } = await db.agents.keys.list(admin, id, page);
    expect(api_keys.map(({ name }) => name)).toEqual(["On the build machine", "First key"]);
    await db.agents.keys.revoke(owner, id, made.id);
    await db.agents.keys.revoke(owner, id, made.id);
    await expect(db.actor({ key: made.key })).rejects.toThrow("Nobody");
    expect(await db.actor({ key: api_key })).toMatchObject({ id });

    const stranger = await db.actorOf("author", "reviewer");
    for (const actor of [stranger, self]) {
      await expect(db.agents.keys.list(actor, id, page)).rejects.toEqual(code("FORBIDDEN"));
      await expect(db.agents.keys.create(actor, id, { name: "mine" })).rejects.toEqual(code("FORBIDDEN"));
      await expect(db.agents.keys.revoke(actor, id, made.id)).rejects.toEqual(code("FORBIDDEN"));
    }
    const { id: another } = await db.agent(admin, { owner_id: owner.id });
    await expect(db.agents.keys.revoke(owner, another, made.id)).rejects.toEqual(code("NOT_FOUND"));
    await db.agents.update(admin, id, { active: false });
    await expect(db.agents.keys.create(owner, id, { name: "late" })).rejects.toEqual(code("CONFLICT"));
  });

  test("attack: a key from before its retirement opens what comes back", async () => {
    const { id, api_key } = await db.agent(admin);
    const second = await db.agents.keys.create(admin, id, { name: "second" });
    await db.agents.update(admin, id, { active: false });
    const { api_keys } = await db.agents.keys.list(admin, id, page);
    expect(api_keys.map(({ revoked_at }) => revoked_at === null)).toEqual([false, false]);
    expect((await db.factsOf(second.id)).map(({ action }) => action)).toEqual(["key.created", "key.revoked"]);
    // As one that was retired before its keys ended with it.
    await db.prisma.api_key.update({ where: { id: second.id }, data: { revoked_at: null } });
    await db.agents.update(admin, id, { active: true });
    for (const key of [api_key, second.key]) await expect(db.actor({ key })).rejects.toThrow("Nobody");
    const made = await db.agents.keys.create(admin, id, { name: "new life" });
    expect(await db.actor({ key: made.key })).toMatchObject({ id });
  });

  test("attack: a narrow or expiring key makes an agent's key that may do all, or for ever", async () => {
    const person = await db.person(["admin"]);
    const session = await db.actor({ cookie: await db.signIn(person.email) });
    const { id } = await db.agent(session);
    const ends = async (key: string) => {
      const { via } = await db.actor({ key });
      const row = await db.prisma.api_key.findUniqueOrThrow({ where: { id: via.slice("key:".length) } });
      return row.expires_at?.getTime() ?? null;
    };
    const scoped = await db.identity.apiKeys.create(session, { name: "narrow", scopes: ["agents:write"] });
    const byScoped = await db.actor({ key: scoped.key });
    await expect(db.agents.keys.create(byScoped, id, { name: "wide" })).rejects.toEqual(
      code("KEY_EXCEEDS_RIGHTS"),
    );
    await expect(db.agent(byScoped)).rejects.toEqual(code("KEY_EXCEEDS_RIGHTS"));

    const short = await db.identity.apiKeys.create(session, { name: "short", expires_in_days: 1 });
    const byShort = await db.actor({ key: short.key });
    const longest = await ends(short.key);
    expect(await ends((await db.agents.keys.create(byShort, id, { name: "long" })).key)).toBe(longest);
    const asked = { name: "longer", expires_in_days: 300, scopes: ["tasks:write", "locks:write"] };
    expect(await ends((await db.agents.keys.create(byShort, id, asked)).key)).toBe(longest);
    expect(await ends((await db.agent(byShort)).api_key)).toBe(longest);
    expect(await ends((await db.agents.keys.create(session, id, { name: "free" })).key)).toBe(null);
  });

  test.each([
    ["handed over", "owner_id", "FORBIDDEN"],
    ["retired", "active", "CONFLICT"],
  ])("attack: one is made while the agent is %s, and outlives it", async (_what, column, refusal) => {
    const { id } = await db.agent(admin, { owner_id: owner.id });
    const next = await db.actorOf("author");
    const meanwhile = await db.pool.connect();
    await meanwhile.query("BEGIN");
    await meanwhile.query(`UPDATE agent SET ${column} = $2 WHERE id = $1`, [
      id,
      column === "active" ? false : next.id,
    ]);
    const made = db.agents.keys.create(owner, id, { name: "In between" }).then(
      () => "made",
      (error: { code: string }) => error.code,
    );
    const waiting = `SELECT count(*)::int AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    const stopped = expect
      .poll(async () => (await db.pool.query(waiting)).rows[0].waiting, { timeout: 10_000 })
      .toBe(1)
      .catch(() => undefined);
    await Promise.race([made, stopped]);
    await meanwhile.query("COMMIT");
    meanwhile.release();
    expect(await made).toBe(refusal);
    expect(await db.prisma.api_key.count({ where: { principal_id: id } })).toBe(1);
  });

  test("one agent says nothing in the name of another", async () => {
    const [one, other] = [await db.agent(admin), await db.agent(admin)];
    await expect(db.agents.heartbeat(one.self, other.id, { active_tasks: 0 })).rejects.toEqual(
      code("FORBIDDEN"),
    );
    await expect(db.agents.health(one.self, other.id, 24)).rejects.toEqual(code("FORBIDDEN"));
    await expect(db.agents.history(one.self, { id: other.id, ...page })).rejects.toEqual(code("FORBIDDEN"));
    await expect(db.agents.grants.list(one.self, other.id)).rejects.toEqual(code("FORBIDDEN"));
  });
});

describe("a grant", () => {
  const grant = (more: Partial<GrantInput> = {}) => grantInput.parse({ tool: "edit_file", ...more });
  const call = (agent_id: string, more: object = {}) =>
    db.agents.toolVerdict(
      db.pool,
      { agent_id, tool: "edit_file", kind: "edit", keys: ["service:prod/web"], ...more },
      [],
    );

  /** As the statement does that lets a call pass. */
  const hit = (id: string) =>
    db.ledger.commit(
      admin,
      [],
      hotWrite("hit-of-the-test", (p) => `guard AS (SELECT 1), ${countGrantHit(p, id)}`),
    );

  test("lets calls pass while it is in force, counts them, and ends by its time or by hand", async () => {
    const { id } = await db.agent(admin, {
      owner_id: owner.id,
      tools: [{ name: "git_push", permission: "deny" }],
    });
    expect(await call(id)).toEqual({ permission: "ask", grant_id: null });
    const other = await db.actorOf("admin");
    const made = await db.agents.grants.create(other, id, grant({ resources: ["service:prod/*"] }));
    expect(grantEntry.parse(made)).toMatchObject({
      ...{ agent_id: id, active: true, hits: 0, task_id: null },
      granted_by: { id: other.id, name: other.name },
    });
    expect(await call(id)).toEqual({ permission: "allow", grant_id: made.id });
    expect(await call(id, { keys: ["database:prod/main"] })).toMatchObject({ permission: "ask" });
    await Promise.all([1, 2, 3].map(() => hit(made.id)));
    const [seen] = await db.agents.grants.list(owner, id);
    expect(seen).toMatchObject({ hits: 3, active: true });
    expect(seen?.last_hit_at).not.toBe(null);

    await db.agents.grants.revoke(owner, id, made.id);
    await db.agents.grants.revoke(owner, id, made.id);
    expect(await call(id)).toMatchObject({ permission: "ask" });
    const timed = await db.agents.grants.create(other, id, grant());
    await db.pool.query("UPDATE agent_grant SET expires_at = now() - interval '1 second' WHERE id = $1", [
      timed.id,
    ]);
    expect(await call(id)).toMatchObject({ permission: "ask" });
    expect((await db.agents.grants.list(admin, id)).map(({ active }) => active)).toEqual([false, false]);
    await db.agents.grants.create(other, id, grant({ tool: "*" }));
    expect(await call(id, { tool: "git_push" })).toEqual({ permission: "deny", grant_id: null });
    expect((await db.factsOf(id)).map(({ action }) => action)).toEqual([
      ...["agent.created", "agent.granted", "agent.grant_revoked", "agent.granted", "agent.granted"],
    ]);
  });

  test("is not given by whoever owns the agent, ends with the agent, and there are two hundred at most", async () => {
    const { id } = await db.agent(admin);
    await expect(db.agents.grants.create(admin, id, grant())).rejects.toEqual(code("FORBIDDEN"));
    const other = await db.actorOf("admin");
    await db.pool.query(
      `INSERT INTO agent_grant (id, agent_id, tool, granted_by, granted_name, expires_at)
        SELECT gen_random_uuid(), $1, 'read_file', $2, 'x', now() + interval '1 day' FROM generate_series(1, 199)`,
      [id, other.id],
    );
    const last = await db.agents.grants.create(other, id, grant());
    await expect(db.agents.grants.create(other, id, grant())).rejects.toEqual(code("TOO_MANY_AGENT_GRANTS"));
    const { id: another } = await db.agent(admin);
    await expect(db.agents.grants.revoke(other, another, last.id)).rejects.toEqual(code("NOT_FOUND"));
    await expect(db.agents.grants.revoke(owner, id, last.id)).rejects.toEqual(code("FORBIDDEN"));
    await db.agents.update(admin, id, { active: false });
    await expect(call(id)).rejects.toEqual(code("NOT_FOUND"));
  });
});

test("the policy for changes of permissions is not lost where the first start ends half-way", async () => {
  const dying = createEnsurePolicy({
    ...db,
    policies: { createWithin: () => Promise.reject(new Error("The process ends here")) },
  });
  await expect(dying()).rejects.toThrow("The process ends here");
  await db.agents.ensurePolicy();
  expect(await db.prisma.policy.count({ where: { name: "Permissions of agents" } })).toBe(1);
});

test("the policy for changes of permissions ships once, and stays away where it was deleted", async () => {
  await Promise.all([db.agents.ensurePolicy(), db.agents.ensurePolicy()]);
  const named = () => db.prisma.policy.findMany({ where: { name: "Permissions of agents" } });
  const [policy, ...more] = await named();
  expect(policy).toMatchObject({ active: true });
  expect(more).toEqual([]);
  await db.prisma.policy.delete({ where: { id: policy!.id } });
  await db.agents.ensurePolicy();
  expect(await named()).toEqual([]);
});
