import type { Pool } from "pg";
import type { PrismaClient } from "../generated/client.ts";
import type { Person } from "../identity/schema.ts";
import { type Actor, mayReview } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Ledger } from "../ledger/service.ts";
import type { ListShiftsQuery, ShiftEntry, ShiftInput } from "./schema.ts";

const MAX_SHIFT_MS = 31 * 86_400_000;
const LISTED = 500;

export type OnCallDeps = {
  pool: Pool;
  prisma: PrismaClient;
  clock: Clock;
  ids: Ids;
  ledger: Ledger;
  directory: () => Promise<Person[]>;
};
export type OnCallService = ReturnType<typeof createOnCallService>;

type Row = {
  id: string;
  user_id: string;
  starts_at: Date;
  ends_at: Date;
  note: string | null;
  user: { name: string };
};

/** Who is on call when: the last rung of the escalation ladder. */
export function createOnCallService(deps: OnCallDeps) {
  const { prisma, clock, ids, ledger } = deps;

  function present({ user, ...row }: Row): ShiftEntry {
    const now = clock.now();
    return {
      ...row,
      user_name: user.name,
      starts_at: row.starts_at.toISOString(),
      ends_at: row.ends_at.toISOString(),
      now: row.starts_at <= now && now < row.ends_at,
    };
  }

  return {
    /** Ids of the active people who are on call at this moment. */
    async at(moment: Date): Promise<string[]> {
      const { rows } = await deps.pool.query<{ user_id: string }>({
        name: "on-call-at",
        text: `SELECT DISTINCT s.user_id FROM on_call_shift s JOIN "user" u ON u.id = s.user_id
          WHERE s.ends_at > $1::timestamptz AND s.starts_at <= $1::timestamptz AND u.active`,
        values: [moment],
      });
      return rows.map(({ user_id }) => user_id);
    },

    async list(query: ListShiftsQuery): Promise<{ shifts: ShiftEntry[]; server_time: string }> {
      const rows = await prisma.on_call_shift.findMany({
        where: {
          ends_at: { gt: query.from ? new Date(query.from) : clock.now() },
          ...(query.to && { starts_at: { lt: new Date(query.to) } }),
        },
        include: { user: { select: { name: true } } },
        orderBy: [{ starts_at: "asc" }, { id: "asc" }],
        take: LISTED,
        omit: { created_at: true },
      });
      return { shifts: rows.map(present), server_time: clock.now().toISOString() };
    },

    /** VALIDATION_ERROR: nobody who could answer, or times that are not a shift. */
    async create(actor: Actor, input: ShiftInput): Promise<ShiftEntry> {
      const starts_at = new Date(input.starts_at);
      const ends_at = new Date(input.ends_at);
      const person = (await deps.directory()).find(({ id }) => id === input.user_id);
      assertShift(person, starts_at, ends_at, clock.now());
      return ledger.write(actor, async (tx) => {
        const row = await tx.on_call_shift.create({
          data: { id: ids.uuid(), user_id: input.user_id, starts_at, ends_at, note: input.note || null },
          include: { user: { select: { name: true } } },
          omit: { created_at: true },
        });
        return { result: present(row), facts: [fact("on_call.added", row)] };
      });
    },

    /** NOT_FOUND. */
    async remove(actor: Actor, id: string): Promise<void> {
      await ledger.write(actor, async (tx) => {
        const row = await tx.on_call_shift.findUnique({ where: { id } });
        if (!row || (await tx.on_call_shift.deleteMany({ where: { id } })).count === 0)
          throw errors.NOT_FOUND({ message: "There is no such shift." });
        return { result: undefined, facts: [fact("on_call.removed", row)] };
      });
    },
  };
}

/** Somebody on call has to be able to answer what is escalated to them. */
function assertShift(person: Person | undefined, startsAt: Date, endsAt: Date, now: Date): void {
  const details: { field: string; issue: string }[] = [];
  if (!person?.active) details.push({ field: "user_id", issue: "is no active user" });
  else if (!mayReview(person))
    details.push({ field: "user_id", issue: "is neither a reviewer nor an admin" });
  if (endsAt <= startsAt) details.push({ field: "ends_at", issue: "is not after starts_at" });
  else if (endsAt <= now) details.push({ field: "ends_at", issue: "is over already" });
  else if (endsAt.getTime() - startsAt.getTime() > MAX_SHIFT_MS)
    details.push({ field: "ends_at", issue: "is more than 31 days after starts_at" });
  if (details.length > 0) throw errors.VALIDATION_ERROR({ details });
}

function fact(action: string, row: Omit<Row, "user">): Fact {
  const { user_id, starts_at, ends_at } = row;
  return { action, entity_type: "on_call_shift", entity_id: row.id, detail: { user_id, starts_at, ends_at } };
}
