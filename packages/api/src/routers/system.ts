import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readSystemParts, systemParts } from "../system-parts.ts";
import { procedure, router } from "../trpc.ts";

export const MIGRATIONS_FOLDER = fileURLToPath(new URL("../../../../prisma/migrations", import.meta.url));

const workerEntry = z.strictObject({
  id: z.string(),
  started_at: z.string(),
  last_seen_at: z.string(),
  draining: z.boolean(),
  active_tasks: z.int(),
});

export const systemRouter = router({
  status: procedure("system.read", {
    method: "GET",
    path: "/system",
    status: 200,
    summary: "Which parts are up, and the workers",
    tags: ["system"],
  })
    .output(z.strictObject({ parts: systemParts, workers: z.array(workerEntry), server_time: z.string() }))
    .query(async ({ ctx }) => {
      const [parts, workers] = await Promise.all([
        readSystemParts(ctx.core, MIGRATIONS_FOLDER),
        ctx.core.connections.prisma.worker.findMany({ orderBy: { last_seen_at: "desc" }, take: 100 }),
      ]);
      return {
        parts,
        workers: workers.map((worker) => ({
          ...worker,
          started_at: worker.started_at.toISOString(),
          last_seen_at: worker.last_seen_at.toISOString(),
        })),
        server_time: new Date().toISOString(),
      };
    }),
});
