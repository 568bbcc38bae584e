import type { Pool } from "pg";
import type { Logger } from "pino";
import { APPLY_QUEUE, type WakeUp } from "./wake-ups.ts";

/** Jobs of one priority stand below those of the next higher one, however many turns there were. */
const TURNS = 10_000_000;
/** The row of this author is the turn that was begun last. */
const CLOCK = "00000000-0000-0000-0000-000000000000";
/** How late the clock may be: it need not be written for each job. */
const WRITE_MS = 100;

type Db = Pick<Pool, "query">;
type Counted = { priority: number; author_id: string; count: number };

export type Turn = { readonly priority: number; readonly turn: number };

export type Turns = {
  /** Gives jobs that apply tasks their place in the queue; in the transaction in which they are inserted. */
  place(db: Db, wakeUps: readonly WakeUp[]): Promise<WakeUp[]>;
  /** A job of this turn has begun. */
  begun(turn: Turn): void;
  /** Forgets authors who have no turn to come. */
  forget(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * The place in the queue of a job: by priority, within one by turn. Wraps after ten million turns of one priority, where
 * for a moment later ones go first; pg-boss holds 32 bits. Pure.
 */
export function queuePriority({ priority, turn }: Turn): number {
  return priority * TURNS + (TURNS - 1 - (turn % TURNS));
}

/**
 * Authors take turns among equal priorities: start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) with tasks of
 * one length. An author's next task gets the turn after their last one, but none before the turn that was begun last:
 * who brings fifty stands behind nobody's second, and who comes later does not wait for all fifty. What waited already
 * (for a lock, another attempt, the end of a freeze) goes at the present turn.
 */
export function createTurns(deps: { pool: Pool; log: Logger }): Turns {
  const begunLast = new Map<number, number>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<unknown> = Promise.resolve();

  function write(): void {
    timer = null;
    const turns = [...begunLast].map(([priority, turn]) => ({ priority, turn }));
    begunLast.clear();
    writing = deps.pool
      .query({
        name: "turns-begun",
        text: `INSERT INTO apply_turn AS t (priority, author_id, turn)
          SELECT priority, '${CLOCK}', turn FROM jsonb_to_recordset($1::jsonb) AS begun(priority int, turn bigint)
          ON CONFLICT (priority, author_id) DO UPDATE SET turn = excluded.turn WHERE t.turn < excluded.turn`,
        values: [JSON.stringify(turns)],
      })
      .catch((error: unknown) => deps.log.debug({ err: error }, "a turn was not noted; the next one is"));
  }

  return {
    async place(db, wakeUps) {
      const applying = wakeUps.filter(({ queue }) => queue === APPLY_QUEUE);
      if (applying.length === 0) return [...wakeUps];
      const last = await takeTurns(db, countByAuthor(applying));
      const clocks = await readClocks(db, applying);
      // The last of an author's stands at the end of what was taken, those before it in front.
      const placed = new Map<WakeUp, WakeUp>();
      for (const wakeUp of applying.toReversed()) {
        const { priority = 0, author_id } = wakeUp;
        const key = `${priority} ${author_id}`;
        const turn = author_id === undefined ? (clocks.get(priority) ?? 0) : last.get(key)!;
        if (author_id !== undefined) last.set(key, turn - 1);
        const data = author_id === undefined ? wakeUp.data : { ...wakeUp.data, turn: { priority, turn } };
        placed.set(wakeUp, { ...wakeUp, data, priority: queuePriority({ priority, turn }) });
      }
      return wakeUps.map((wakeUp) => placed.get(wakeUp) ?? wakeUp);
    },
    begun({ priority, turn }) {
      begunLast.set(priority, Math.max(turn, begunLast.get(priority) ?? 0));
      timer ??= setTimeout(write, WRITE_MS);
    },
    async forget() {
      await deps.pool.query(`DELETE FROM apply_turn t USING apply_turn clock
        WHERE clock.author_id = '${CLOCK}' AND clock.priority = t.priority AND t.author_id <> '${CLOCK}'
          AND t.turn <= clock.turn`);
    },
    async stop() {
      if (timer) {
        clearTimeout(timer);
        write();
      }
      await writing;
    },
  };
}

function countByAuthor(wakeUps: readonly WakeUp[]): Counted[] {
  const counted = new Map<string, Counted>();
  for (const { priority = 0, author_id } of wakeUps) {
    if (author_id === undefined) continue;
    const key = `${priority} ${author_id}`;
    const found = counted.get(key) ?? { priority, author_id, count: 0 };
    counted.set(key, { ...found, count: found.count + 1 });
  }
  // One order over all processes: two that insert at once do not wait for each other.
  return [...counted.values()].sort(
    (a, b) => a.priority - b.priority || (a.author_id < b.author_id ? -1 : 1),
  );
}

/** Takes as many turns as each author needs; answers the last of each, by `priority author`. */
async function takeTurns(db: Db, counted: readonly Counted[]): Promise<Map<string, number>> {
  if (counted.length === 0) return new Map();
  const { rows } = await db.query<{ priority: number; author_id: string; turn: number }>({
    name: "turns-take",
    text: `WITH asked AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS a(priority int, author_id uuid, count int))
      INSERT INTO apply_turn AS t (priority, author_id, turn)
      SELECT a.priority, a.author_id, coalesce(c.turn, 0) + a.count FROM asked a
        LEFT JOIN apply_turn c ON c.priority = a.priority AND c.author_id = '${CLOCK}'
      ON CONFLICT (priority, author_id) DO UPDATE SET turn = greatest(excluded.turn, t.turn + (SELECT a.count FROM asked a
        WHERE a.priority = excluded.priority AND a.author_id = excluded.author_id))
      RETURNING priority, author_id, turn::float8 AS turn`,
    values: [JSON.stringify(counted)],
  });
  return new Map(rows.map(({ priority, author_id, turn }) => [`${priority} ${author_id}`, turn]));
}

async function readClocks(db: Db, wakeUps: readonly WakeUp[]): Promise<Map<number, number>> {
  if (wakeUps.every(({ author_id }) => author_id !== undefined)) return new Map();
  const { rows } = await db.query<Turn>({
    name: "turns-clocks",
    text: `SELECT priority, turn::float8 AS turn FROM apply_turn WHERE author_id = '${CLOCK}'`,
  });
  return new Map(rows.map(({ priority, turn }) => [priority, turn]));
}
