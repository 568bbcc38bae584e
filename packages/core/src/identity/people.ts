import type { PrismaClient } from "../generated/client.ts";
import { type Actor, systemActor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Ledger, Tx } from "../ledger/service.ts";
import { identityErrors } from "./errors.ts";
import { assertStrong, hashPassword } from "./password.ts";
import { dropLinksOf, findUserByEmail, getUser, setGroups, setPassword } from "./people-store.ts";
import type { CreateUserInput, UpdateUserInput, UserEntry } from "./schema.ts";

export type PeopleDeps = { prisma: PrismaClient; clock: Clock; ids: Ids; ledger: Ledger };

/**
 * Administrators' writes come one after another: "the last admin", "no such address yet" and "no circle of managers"
 * are read from many rows, which no compare-and-swap on one row can guard.
 */
async function oneAtATime(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('ade:people'))`;
}

export function createPeopleCommands(deps: PeopleDeps) {
  const { clock, ids, ledger } = deps;

  /** The rows of a new person; the caller holds `oneAtATime`. */
  async function insert(tx: Tx, input: CreateUserInput, passwordHash: string | null): Promise<Fact[]> {
    const id = ids.uuid();
    const roles = [...new Set(input.roles)];
    if (input.manager_id) await assertManager(tx, id, input.manager_id);
    await tx.user.create({
      data: { id, email: input.email, name: input.name, roles, manager_id: input.manager_id ?? null },
    });
    if (passwordHash) await setPassword(tx, ids, id, passwordHash);
    const made = await setGroups(tx, ids, id, input.groups ?? []);
    const detail = { roles, groups: input.groups ?? [], manager_id: input.manager_id ?? null };
    return [
      { action: "user.created", entity_type: "user", entity_id: id, detail },
      ...made.map(groupCreated),
    ];
  }

  return {
    async create(actor: Actor, input: CreateUserInput): Promise<UserEntry> {
      if (input.password !== undefined) assertStrong(input.password, input.email);
      const hash = input.password === undefined ? null : await hashPassword(input.password);
      return ledger.write(actor, async (tx) => {
        await oneAtATime(tx);
        if (await findUserByEmail(tx, input.email)) throw identityErrors.EMAIL_TAKEN();
        const facts = await insert(tx, input, hash);
        return { result: await getUser(tx, facts[0]?.entity_id ?? ""), facts };
      });
    },

    async update(actor: Actor, id: string, input: UpdateUserInput): Promise<UserEntry> {
      return ledger.write(actor, async (tx) => {
        await oneAtATime(tx);
        const before = await getUser(tx, id);
        const roles = input.roles && [...new Set(input.roles)];
        const active = input.active ?? before.active;
        await assertAdminRemains(tx, before, { active, roles: roles ?? before.roles });
        if (input.manager_id) await assertManager(tx, id, input.manager_id);
        await tx.user.update({
          where: { id },
          data: {
            updated_at: clock.now(),
            active,
            ...(input.name !== undefined && { name: input.name }),
            ...(roles && { roles }),
            ...(input.manager_id !== undefined && { manager_id: input.manager_id }),
          },
        });
        const made = input.groups ? await setGroups(tx, ids, id, input.groups) : [];
        const after = await getUser(tx, id);
        const facts = [...updateFacts(before, after), ...made.map(groupCreated)];
        if (before.active && !after.active) facts.push(await leave(tx, id));
        return { result: after, facts };
      });
    },

    /**
     * Makes sure that somebody can administer: an admin with the given address where one is given and unknown, else
     * one with a made-up password where there is no admin at all. A known address is left as it is, so a changed
     * password survives a restart. Any number of processes may ask at once.
     */
    async ensureFirstAdmin(options: {
      email?: string | undefined;
      password?: string | undefined;
    }): Promise<{ created: boolean; email: string; one_time_password?: string }> {
      const email = options.email?.trim().toLowerCase();
      const existing = await firstAdmin(deps.prisma, email);
      if (existing) return { created: false, email: existing };
      const one_time_password = options.password === undefined ? ids.secret(12) : undefined;
      const hash = await hashPassword(options.password ?? one_time_password ?? "");
      return ledger.write(systemActor("setup"), async (tx) => {
        await oneAtATime(tx);
        const other = await firstAdmin(tx, email);
        if (other) return { result: { created: false, email: other }, facts: [] };
        const input: CreateUserInput = { email: email ?? "admin@ade.local", name: "Admin", roles: ["admin"] };
        const facts = await insert(tx, input, hash);
        const result = { created: true, email: input.email, ...(one_time_password && { one_time_password }) };
        return { result, facts };
      });
    },
  };

  /** What a person who left can still be signed in with: nothing. */
  async function leave(tx: Tx, id: string): Promise<Fact> {
    const sessions = await tx.session.deleteMany({ where: { user_id: id } });
    const keys = await tx.api_key.updateMany({
      where: { principal_kind: "user", principal_id: id, revoked_at: null },
      data: { revoked_at: clock.now() },
    });
    await dropLinksOf(tx, id);
    const detail = { sessions_ended: sessions.count, keys_revoked: keys.count };
    return { action: "user.deactivated", entity_type: "user", entity_id: id, detail };
  }
}

/** Address of the user who makes a first admin unnecessary, or null. */
async function firstAdmin(db: Pick<Tx, "user">, email: string | undefined): Promise<string | null> {
  const row = await db.user.findFirst({
    where: email === undefined ? { active: true, roles: { has: "admin" } } : { email },
    orderBy: { id: "asc" },
    select: { email: true },
  });
  return row?.email ?? null;
}

async function assertAdminRemains(
  tx: Tx,
  before: UserEntry,
  after: { active: boolean; roles: readonly string[] },
): Promise<void> {
  const was = before.active && before.roles.includes("admin");
  const stays = after.active && after.roles.includes("admin");
  if (!was || stays) return;
  const others = await tx.user.count({
    where: { active: true, roles: { has: "admin" }, id: { not: before.id } },
  });
  if (others === 0) throw identityErrors.LAST_ADMIN();
}

/** The manager exists, and the person is not above them: escalation walks up and must arrive. */
async function assertManager(tx: Tx, userId: string, managerId: string): Promise<void> {
  const above = await tx.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE above AS (
      SELECT id, manager_id FROM "user" WHERE id = ${managerId}::uuid
      UNION SELECT u.id, u.manager_id FROM "user" u JOIN above a ON u.id = a.manager_id)
    SELECT id FROM above`;
  const issue =
    above.length === 0 ? "no such user" : above.some(({ id }) => id === userId) ? "manages themself" : null;
  if (issue) throw errors.VALIDATION_ERROR({ details: [{ field: "manager_id", issue }] });
}

/** What changed, without names: those are personal data. */
function updateFacts(before: UserEntry, after: UserEntry): Fact[] {
  const detail: Record<string, unknown> = {};
  for (const field of ["roles", "groups", "manager_id"] as const) {
    if (String(before[field]) !== String(after[field]))
      detail[field] = { from: before[field], to: after[field] };
  }
  if (before.name !== after.name) detail.name = "changed";
  if (!before.active && after.active) detail.active = { from: false, to: true };
  if (Object.keys(detail).length === 0) return [];
  return [{ action: "user.updated", entity_type: "user", entity_id: after.id, detail }];
}

function groupCreated(group: { id: string; name: string }): Fact {
  return { action: "group.created", entity_type: "group", entity_id: group.id, detail: { name: group.name } };
}
