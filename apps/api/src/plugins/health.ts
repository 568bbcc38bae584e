import { MIGRATIONS_FOLDER } from "@ade/api/routers/system";
import { type Part, readSystemParts } from "@ade/api/system-parts";
import type { Core } from "@ade/core/core";
import type { FastifyInstance } from "fastify";

const WEB_TIMEOUT_MS = 2_000;
/** Asked more often than this, the same answer is given. */
const FRESH_MS = 250;

/**
 * Liveness: the loop runs. Readiness: what is needed answers. Redis away is degraded, still ready; web and a worker
 * have to have answered once, after which their absence is told but takes no traffic away.
 */
export function addHealth(app: FastifyInstance, options: { core: Core; webUrl: string | undefined }): void {
  const { core, webUrl } = options;
  let webAnswered = webUrl === undefined;
  let workerSeen = false;
  let last: { at: number; answer: Promise<{ status: number; body: object }> } | null = null;

  async function askWeb(): Promise<Part> {
    if (webUrl === undefined) return { ok: true, detail: "not served here" };
    const answers = await fetch(`${webUrl}/favicon.ico`, {
      redirect: "manual",
      signal: AbortSignal.timeout(WEB_TIMEOUT_MS),
    }).then(
      () => true,
      () => false,
    );
    webAnswered ||= answers;
    return { ok: answers, detail: answers ? "answers" : "does not answer" };
  }

  async function look(): Promise<{ status: number; body: object }> {
    const [parts, web] = await Promise.all([readSystemParts(core, MIGRATIONS_FOLDER), askWeb()]);
    workerSeen ||= parts.worker.ok;
    const { postgresql, migrations, first_admin } = parts;
    const isReady = postgresql.ok && migrations.ok && first_admin.ok && webAnswered && workerSeen;
    const isWhole = isReady && Object.values({ ...parts, web }).every((part) => part.ok);
    return {
      status: isReady ? 200 : 503,
      body: { status: isWhole ? "ready" : isReady ? "degraded" : "not_ready", parts: { ...parts, web } },
    };
  }

  app.get("/api/health/live", { schema: { hide: true } }, async () => ({ status: "ok" }));
  app.get("/api/health/ready", { schema: { hide: true } }, async (_request, reply) => {
    const now = performance.now();
    if (!last || now - last.at > FRESH_MS) last = { at: now, answer: look() };
    const { status, body } = await last.answer;
    return reply.code(status).send(body);
  });
}
