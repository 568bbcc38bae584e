import type { AgentsQuery } from "@ade/client";
import type { Definition } from "../cli.ts";
import { wholeNumber } from "../options.ts";
import { paging } from "../output/paging.ts";
import { plainLine } from "../output/plain.ts";
import { table } from "../output/table.ts";
import { relative } from "../output/times.ts";
import { paintStatus, statusText } from "./agent-text.ts";

/** `ade agents list` */
export const listAgents: Definition = (parent, cli) => {
  parent
    .command("list")
    .alias("ls")
    .description("list agents with health and capacity")
    .option("--status <status>", "active, idle, stale, unknown, paused or draining")
    .option("--tag <tag>", "only with this tag")
    .option("--mine", "only those that I own")
    .option("--search <text>", "part of the name or the description")
    .option("--limit <number>", "so many, up to 100 (20)", wholeNumber)
    .option("--page <number>", "which page (1)", wholeNumber)
    .action(async ({ mine, ...given }) => {
      const { client, out } = cli.open();
      const owner_id = mine ? (await client.me()).id : undefined;
      out.show(
        await client.agents.list({ ...given, owner_id } as AgentsQuery),
        ({ agents, pagination }, style) => {
          if (agents.length === 0) return "No agent.";
          const now = Date.now();
          const rows = table(style, agents, [
            { title: "AGENT", of: ({ name }) => plainLine(name), shrinksTo: 12, paint: style.bold },
            { title: "STATUS", of: statusText, paint: (text, agent) => paintStatus(style, agent)(text) },
            {
              title: "HEARTBEAT",
              of: (agent) => (agent.last_heartbeat_at ? relative(agent.last_heartbeat_at, now) : "never"),
              align: "right",
            },
            {
              title: "TASKS",
              of: ({ capacity }) => `${capacity.active_tasks} of ${capacity.max_tasks}`,
              align: "right",
            },
            { title: "KIND", of: ({ connection }) => connection.kind },
            { title: "MODEL", of: ({ model }) => plainLine(model ?? ""), shrinksTo: 8 },
            { title: "OWNER", of: ({ owner_name }) => plainLine(owner_name), shrinksTo: 8 },
            { title: "ID", of: ({ id }) => id, moves: true, paint: style.dim },
          ]);
          return `${rows}\n${paging(pagination, style)}`.trimEnd();
        },
      );
    });
};
