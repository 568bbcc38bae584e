import type { Context } from "@ade/api/context";
import { assertMay } from "@ade/api/trpc";
import { errors } from "@ade/core/kernel/errors";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Pool } from "pg";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { EventStreams } from "./event-stream.ts";

/** Seconds; the promises of performance.md lie at 0.1 and 0.5. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/**
 * Prometheus figures at /api/metrics: for this machine itself, and from elsewhere for admins (a key with the scope
 * system:read does for a scraper).
 */
export function addMetrics(
  app: FastifyInstance,
  options: { pool: Pool; contextOf: (request: FastifyRequest) => Context; streams: EventStreams },
): void {
  const { pool, contextOf, streams } = options;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const answered = new Histogram({
    name: "ade_http_request_seconds",
    help: "Time to answer, by route.",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS,
    registers: [registry],
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    answered.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });

  new Gauge({
    name: "ade_event_streams",
    help: "Open streams of /api/v1/events, SSE and WebSocket.",
    registers: [registry],
    collect() {
      this.set(streams.open);
    },
  });
  new Gauge({
    name: "ade_tasks",
    help: "Tasks that are not final, by state.",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const { rows } = await pool.query<{ state: string; count: number }>(
        `SELECT state, count(*)::int AS count FROM task
         WHERE state IN ('DRAFT', 'SUBMITTED', 'REVIEWING', 'APPROVED', 'APPLYING') GROUP BY state`,
      );
      this.reset();
      for (const { state, count } of rows) this.set({ state }, count);
    },
  });
  new Gauge({
    name: "ade_ledger_unsealed",
    help: "Entries of the ledger that are not yet in the chain.",
    registers: [registry],
    async collect() {
      const { rows } = await pool.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM ledger_pending",
      );
      this.set(rows[0]?.count ?? 0);
    },
  });

  app.get("/api/metrics", { schema: { hide: true } }, async (request, reply) => {
    if (!isFromHere(request)) {
      if (!request.actor) throw errors.UNAUTHENTICATED();
      assertMay(contextOf(request), "system.read");
    }
    return reply.header("content-type", registry.contentType).send(await registry.metrics());
  });
}

/** This machine itself, and no proxy on it that passes on others. */
function isFromHere(request: FastifyRequest): boolean {
  const isPassedOn = ["x-forwarded-for", "forwarded", "via"].some(
    (name) => request.headers[name] !== undefined,
  );
  return !isPassedOn && /^(127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? "");
}
