import type { Pool } from "pg";
import type { Prisma } from "../generated/client.ts";
import type { Role } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import { decodeCursor, EXACT_TOTAL_LIMIT, encodeCursor, nameAndId } from "../kernel/page.ts";
import type { Tx } from "../ledger/service.ts";
import type { GroupEntry, ListUsersQuery, Person, UserEntry, UserList } from "./schema.ts";

/** Prisma, in a transaction or not. */
export type Tables = Pick<Tx, "user" | "group" | "group_member">;

const WITH_GROUPS = { groups: { select: { group: { select: { name: true } } } } } as const;
type UserRow = Prisma.userGetPayload<{ include: typeof WITH_GROUPS }>;

function toEntry(row: UserRow): UserEntry {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    roles: row.roles as Role[],
    groups: row.groups.map(({ group }) => group.name).sort(),
    manager_id: row.manager_id,
    active: row.active,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** The person, or NOT_FOUND. */
export async function getUser(db: Tables, id: string): Promise<UserEntry> {
  const row = await db.user.findUnique({ where: { id }, include: WITH_GROUPS });
  if (!row) throw errors.NOT_FOUND({ message: "There is no such user." });
  return toEntry(row);
}

/** The person with this address (lower case), or null. */
export async function findUserByEmail(db: Tables, email: string): Promise<UserEntry | null> {
  const row = await db.user.findUnique({ where: { email }, include: WITH_GROUPS });
  return row && toEntry(row);
}

/** A page of people by name. */
export async function listUsers(db: Tables, query: ListUsersQuery): Promise<UserList> {
  const where: Prisma.userWhereInput = {
    ...(query.search && {
      OR: [
        { name: { contains: query.search, mode: "insensitive" } },
        { email: { contains: query.search, mode: "insensitive" } },
      ],
    }),
    ...(query.role && { roles: { has: query.role } }),
    ...(query.group && { groups: { some: { group: { name: query.group } } } }),
    ...(query.active !== undefined && { active: query.active }),
  };
  const { page, limit } = query;
  const after = decodeCursor(query.cursor, nameAndId);
  const [rows, counted] = await Promise.all([
    db.user.findMany({
      where: after ? { AND: [where, afterName(after)] } : where,
      include: WITH_GROUPS,
      orderBy: [{ name: "asc" }, { id: "asc" }],
      ...(after ? {} : { skip: (page - 1) * limit }),
      take: limit + 1,
    }),
    db.user.count({ where, take: EXACT_TOTAL_LIMIT + 1 }),
  ]);
  const users = rows.slice(0, limit).map(toEntry);
  const last = users.at(-1);
  const has_more = rows.length > limit;
  return {
    users,
    pagination: {
      page,
      limit,
      total: Math.min(counted, EXACT_TOTAL_LIMIT),
      total_is_exact: counted <= EXACT_TOTAL_LIMIT,
      has_more,
      ...(has_more && last && { next_cursor: encodeCursor([last.name, last.id]) }),
    },
  };
}

function afterName([name, id]: readonly (string | number)[]): Prisma.userWhereInput {
  const text = String(name);
  return { OR: [{ name: { gt: text } }, { name: text, id: { gt: String(id) } }] };
}

const DIRECTORY = `SELECT u.id, u.name, u.roles, u.active, u.manager_id,
    ARRAY(SELECT g.name FROM group_member m JOIN "group" g ON g.id = m.group_id
      WHERE m.user_id = u.id ORDER BY g.name) AS groups
  FROM "user" u ORDER BY u.id`;

/** Everybody, as policies see them. One prepared statement: every submit and approval reads it. */
export async function readDirectory(pool: Pool): Promise<Person[]> {
  const { rows } = await pool.query<Person>({ name: "directory", text: DIRECTORY });
  return rows;
}

export async function listGroups(db: Tables): Promise<GroupEntry[]> {
  const rows = await db.group.findMany({
    orderBy: { name: "asc" },
    select: { id: true, name: true, _count: { select: { members: true } } },
  });
  return rows.map((row) => ({ id: row.id, name: row.name, members: row._count.members }));
}

/** Puts the person into exactly these groups, making those that do not exist; answers the ones it made. */
export async function setGroups(
  db: Tables,
  ids: Ids,
  userId: string,
  names: readonly string[],
): Promise<{ id: string; name: string }[]> {
  const wanted = [...new Set(names)];
  const known = await db.group.findMany({
    where: { name: { in: wanted } },
    select: { id: true, name: true },
  });
  const made = wanted
    .filter((name) => !known.some((group) => group.name === name))
    .map((name) => ({ id: ids.uuid(), name }));
  await db.group.createMany({ data: made });
  await db.group_member.deleteMany({ where: { user_id: userId } });
  await db.group_member.createMany({
    data: [...known, ...made].map((group) => ({ user_id: userId, group_id: group.id })),
  });
  return made;
}

/** The password of a person, whether they had one or not. Ends no session. */
export async function setPassword(
  db: Pick<Tx, "account">,
  ids: Ids,
  userId: string,
  hash: string,
): Promise<void> {
  const { count } = await db.account.updateMany({
    where: { user_id: userId, provider_id: "credential" },
    data: { password: hash },
  });
  if (count > 0) return;
  await db.account.create({
    data: { id: ids.uuid(), user_id: userId, account_id: userId, provider_id: "credential", password: hash },
  });
}

/** Ends a person's open links. */
export async function dropLinksOf(db: Pick<Tx, "verification">, userId: string): Promise<void> {
  await db.verification.deleteMany({
    where: { identifier: { startsWith: "link:" }, value: { in: [`invite:${userId}`, `reset:${userId}`] } },
  });
}
