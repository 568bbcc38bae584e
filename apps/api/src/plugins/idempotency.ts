import { canonicalJson } from "@ade/core/kernel/canonical-json";
import { defineErrors, errors } from "@ade/core/kernel/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Pool } from "pg";
import { pathOf } from "./request-log.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The key that this request has reserved, until its answer is kept. */
    reservedKey: string | null;
  }
}

const idempotencyErrors = defineErrors({
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    message: "This Idempotency-Key was used for another request.",
    next: "Use a new key for every new request.",
  },
});

const WELL_FORMED = /^[\x21-\x7e]{1,255}$/;
const KEPT = "24 hours";
const PURGE_INTERVAL_MS = 3_600_000;

/** Reserves the key, or takes over one that is older than it is kept. */
const RESERVE = `INSERT INTO idempotency_key (principal_id, key, body_hash) VALUES ($1, $2, $3)
  ON CONFLICT (principal_id, key) DO UPDATE
    SET body_hash = excluded.body_hash, status = NULL, response = NULL, created_at = now()
    WHERE idempotency_key.created_at < now() - interval '${KEPT}'
  RETURNING 1`;
const READ = "SELECT body_hash, status, response FROM idempotency_key WHERE principal_id = $1 AND key = $2";
const KEEP = "UPDATE idempotency_key SET status = $3, response = $4 WHERE principal_id = $1 AND key = $2";
const FREE = "DELETE FROM idempotency_key WHERE principal_id = $1 AND key = $2";
const PURGE = `DELETE FROM idempotency_key WHERE created_at < now() - interval '${KEPT}'`;

type Kept = { body_hash: string; status: number | null; response: string | null };

/**
 * POSTs with Idempotency-Key: the same key and body within 24 h gives the first answer, another body is 409, and so is
 * a second request while the first still runs. After a fault of ours the key is free again. Answers with a secret that
 * is shown once are not kept; asking again is then 409. For the routes of the instance it is given.
 */
export function addIdempotency(app: FastifyInstance, pool: Pool, digest: (text: string) => string): void {
  app.decorateRequest("reservedKey", null);

  app.addHook("preHandler", async (request, reply) => {
    const key = keyOf(request);
    if (key === null || !request.actor) return;
    const hash = digest(`${request.method} ${pathOf(request)}\n${canonicalJson(request.body ?? {})}`);
    const reserved = await pool.query({
      name: "idempotency-reserve",
      text: RESERVE,
      values: [request.actor.id, key, hash],
    });
    if (reserved.rowCount === 1) {
      request.reservedKey = key;
      return;
    }
    const { rows } = await pool.query<Kept>(READ, [request.actor.id, key]);
    return replay(reply, rows[0], hash);
  });

  app.addHook("onSend", async (request, reply, payload) => {
    const key = request.reservedKey;
    if (key === null || !request.actor) return payload;
    request.reservedKey = null;
    const status = reply.statusCode;
    const isOurFault = status >= 500 || status === 429;
    const isSecret = request.routeOptions.config.secretAnswer === true && status < 300;
    // As a JSON string, not as JSON: the same bytes again, in the same order.
    const response =
      isSecret || typeof payload !== "string" || payload === "" ? null : JSON.stringify(payload);
    const id = [request.actor.id, key];
    await (isOurFault ? pool.query(FREE, id) : pool.query(KEEP, [...id, status, response])).catch(
      // What was done is done: the caller is told, and a second try is refused rather than done twice.
      (error: unknown) => request.log.warn({ err: error }, "an answer was not kept for its Idempotency-Key"),
    );
    return payload;
  });

  const purge = setInterval(() => {
    pool
      .query(PURGE)
      .catch((error: unknown) => app.log.warn({ err: error }, "old idempotency keys were not removed"));
  }, PURGE_INTERVAL_MS);
  app.addHook("onClose", async () => clearInterval(purge));
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers["idempotency-key"];
  if (key === undefined || request.method !== "POST") return null;
  if (typeof key === "string" && WELL_FORMED.test(key)) return key;
  const issue = "must be 1 to 255 visible ASCII characters";
  throw errors.VALIDATION_ERROR({ details: [{ field: "Idempotency-Key", issue }] });
}

function replay(reply: FastifyReply, kept: Kept | undefined, hash: string): FastifyReply {
  if (!kept)
    throw errors.CONFLICT({ message: "The first request with this key has just failed; send it again." });
  if (kept.body_hash !== hash) throw idempotencyErrors.IDEMPOTENCY_KEY_REUSED();
  if (kept.status === null) {
    throw errors.CONFLICT({
      message: "The first request with this Idempotency-Key has not been answered yet.",
      retryAfterSeconds: 1,
    });
  }
  if (kept.response === null && kept.status !== 204) {
    throw errors.CONFLICT({ message: "The first answer held a secret that is shown only once." });
  }
  return reply
    .code(kept.status)
    .header("content-type", "application/json; charset=utf-8")
    .header("idempotency-replayed", "true")
    .send(kept.response ?? undefined);
}
