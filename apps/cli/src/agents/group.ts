import type { Definition } from "../cli.ts";
import { createAgent, importAgent } from "./create.ts";
import { exportAgent } from "./export.ts";
import { heartbeatAgent } from "./heartbeat.ts";
import { listAgents } from "./list.ts";
import { drainAgent, pauseAgent, resumeAgent } from "./pause.ts";
import { showAgent } from "./show.ts";

/** `ade agents …` */
export const agents: Definition = (parent, cli) => {
  const group = parent.command("agents").alias("agent").description("agents: who they are and how they do");
  const definitions = [
    ...[listAgents, showAgent, createAgent, importAgent, exportAgent],
    ...[pauseAgent, drainAgent, resumeAgent, heartbeatAgent],
  ];
  for (const define of definitions) define(group, cli);
};
