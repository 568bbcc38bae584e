import { demoAgent } from "@ade/core/demo/schema";
import { z } from "zod";
import { procedure, type Rest, router } from "../trpc.ts";

const onAgent = (method: Rest["method"], status: number, summary: string): Rest => ({
  ...{ method, path: "/demo/agent", status, summary },
  tags: ["agents"],
});

/** The simulated agent: the whole loop on demo data, for whoever is new here. */
export const demoRouter = router({
  agent: procedure("demo_agent.read", onAgent("GET", 200, "The simulated agent: what it does, or did last"))
    .output(demoAgent)
    .query(({ ctx }) => ctx.core.demo.read()),

  start: procedure("demo_agent.start", onAgent("POST", 202, "Start the simulated agent, for 15 minutes"))
    .input(z.strictObject({}))
    .output(demoAgent)
    .mutation(({ ctx }) => ctx.core.demo.start(ctx.actor)),

  stop: procedure("demo_agent.stop", onAgent("DELETE", 204, "Stop the simulated agent"))
    .output(z.void())
    .mutation(({ ctx }) => ctx.core.demo.stop(ctx.actor)),
});
