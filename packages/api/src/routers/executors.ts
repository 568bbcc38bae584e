import { executorInfo } from "@ade/core/executors/schema";
import { z } from "zod";
import { procedure, router } from "../trpc.ts";

export const executorsRouter = router({
  list: procedure("executor.list", {
    method: "GET",
    path: "/executors",
    status: 200,
    summary: "Types of task, with the JSON Schema of their parameters",
    tags: ["tasks"],
  })
    .output(z.strictObject({ executors: z.array(executorInfo) }))
    .query(({ ctx }) => ({ executors: ctx.core.executors.list() })),
});
