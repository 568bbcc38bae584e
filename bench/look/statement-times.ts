import type { Pool } from "pg";

export type StatementTimes = { wholeMs: number; statements: { name: string; ms: number; count: number }[] };

/** Runs something and tells how long each named statement of the pool took in it, waiting for a connection included. */
export async function statementTimes(pool: Pool, run: () => Promise<unknown>): Promise<StatementTimes> {
  const found = new Map<string, { ms: number; count: number }>();
  const query = pool.query;
  Object.assign(pool, {
    async query(...args: unknown[]) {
      const started = performance.now();
      try {
        return await Reflect.apply(query, pool, args);
      } finally {
        const name = nameOf(args[0]);
        const before = found.get(name) ?? { ms: 0, count: 0 };
        found.set(name, { ms: before.ms + performance.now() - started, count: before.count + 1 });
      }
    },
  });
  const started = performance.now();
  try {
    await run();
    const wholeMs = performance.now() - started;
    const statements = [...found].map(([name, times]) => ({ name, ...times }));
    return { wholeMs, statements: statements.sort((one, other) => other.ms - one.ms) };
  } finally {
    Object.assign(pool, { query });
  }
}

function nameOf(query: unknown): string {
  if (typeof query === "string") return query.slice(0, 40);
  const { name, text } = query as { name?: string; text?: string };
  return name ?? text?.slice(0, 40) ?? "unknown";
}
