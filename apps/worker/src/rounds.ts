import type { Core } from "@ade/core/core";
import type { Logger } from "pino";
import type { DemoRuns } from "./demo-agent/runs.ts";

type Round = { name: string; everyMs: number; run: () => Promise<unknown> };

/** What every worker does again and again. Each may run in several workers at once. */
export function roundsOf(
  core: Core,
  demoRuns: Pick<DemoRuns, "turn">,
  worker: { id: string; active: () => number; draining: () => boolean },
): Round[] {
  const { pool } = core.connections;
  /** Each look begins where the last one ended, so nobody's falling silent is missed between two. */
  function announceStale(): () => Promise<unknown> {
    let lookedAtMs = performance.now() - 5_000;
    return () => {
      const beforeMs = lookedAtMs;
      lookedAtMs = performance.now();
      return core.agents.announceStale((lookedAtMs - beforeMs) / 1000);
    };
  }
  return [
    { name: "sweep", everyMs: 5_000, run: () => core.sweep() },
    { name: "watchdog", everyMs: 2_000, run: () => core.applying.recoverLost() },
    { name: "expire locks", everyMs: 1_000, run: () => core.locks.sweepExpired() },
    { name: "deadlocks", everyMs: 1_000, run: () => core.locks.scanForDeadlocks() },
    { name: "announce stale agents", everyMs: 5_000, run: announceStale() },
    { name: "tell", everyMs: 500, run: () => core.notifications.tell() },
    { name: "deliver", everyMs: 1_000, run: () => core.notifications.deliver() },
    { name: "backlog", everyMs: 60_000, run: () => core.gate.workBacklog() },
    { name: "simulated agent", everyMs: 2_000, run: () => demoRuns.turn() },
    { name: "anchor", everyMs: 60_000, run: () => core.ledger.anchor() },
    {
      name: "heartbeat",
      everyMs: 5_000,
      run: () =>
        pool.query({
          name: "worker-heartbeat",
          text: `INSERT INTO worker (id, active_tasks, draining, secrets) VALUES ($1, $2, $3, $4)
            ON CONFLICT (id) DO UPDATE SET last_seen_at = now(), active_tasks = $2, draining = $3, secrets = $4`,
          values: [worker.id, worker.active(), worker.draining(), core.secrets.environmentNames()],
        }),
    },
    {
      name: "forget",
      everyMs: 3_600_000,
      run: async () => {
        await pool.query("DELETE FROM idempotency_key WHERE created_at < now() - interval '24 hours'");
        await pool.query("DELETE FROM plan_request WHERE created_at < now() - interval '1 hour'");
        await core.notifications.forget();
        await core.forget();
        await pool.query("DELETE FROM worker WHERE last_seen_at < now() - interval '1 day'");
      },
    },
  ];
}

/** Runs rounds until stopped; one that fails is said and tried again at its next turn. */
export function startRounds(rounds: readonly Round[], log: Logger): () => Promise<void> {
  const stops = rounds.map((round) => {
    let busy: Promise<unknown> | null = null;
    const turn = (): void => {
      busy ??= round
        .run()
        .catch((error: unknown) => log.warn({ err: error, round: round.name }, "a round failed"))
        .finally(() => {
          busy = null;
        });
    };
    turn();
    const timer = setInterval(turn, round.everyMs);
    return async () => {
      clearInterval(timer);
      await busy;
    };
  });
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}
