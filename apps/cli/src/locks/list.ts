import type { LocksQuery } from "@ade/client";
import type { Definition } from "../cli.ts";
import { wholeNumber } from "../options.ts";
import { paging } from "../output/paging.ts";
import { plainLine } from "../output/plain.ts";
import { table } from "../output/table.ts";
import { relative } from "../output/times.ts";

/** `ade locks list` */
export const listLocks: Definition = (parent, cli) => {
  parent
    .command("list")
    .alias("ls")
    .description("list held locks with their queues; for admins")
    .option("--type <kind>", "task, resource or agent")
    .option("--resource <id>", "of this resource: database:prod/main")
    .option("--agent <id>", "held by this agent or person")
    .option("--limit <number>", "so many, up to 100 (20)", wholeNumber)
    .option("--page <number>", "which page (1)", wholeNumber)
    .action(async ({ type, resource, agent, ...page }) => {
      const { client, out } = cli.open();
      const kind = type ?? (resource === undefined ? undefined : "resource");
      const query = { resource_type: kind, resource_id: resource, agent_id: agent, ...page } as LocksQuery;
      out.show(await client.locks.list(query), ({ locks, pagination }, style) => {
        if (locks.length === 0) return "No lock is held.";
        const now = Date.now();
        const rows = table(style, locks, [
          { title: "LOCK", of: ({ id }) => id, moves: true },
          {
            title: "RESOURCE",
            of: ({ key }) => plainLine(key.replace(/^resource:/, "")),
            shrinksTo: 16,
            paint: style.bold,
          },
          { title: "MODE", of: ({ mode }) => mode },
          { title: "OWNER", of: ({ owner_id }) => plainLine(owner_id), shrinksTo: 10 },
          { title: "FOR", of: ({ purpose }) => plainLine(purpose ?? ""), shrinksTo: 8 },
          { title: "SINCE", of: ({ acquired_at }) => relative(acquired_at, now), align: "right" },
          { title: "EXPIRES", of: ({ expires_at }) => relative(expires_at, now), align: "right" },
          { title: "QUEUE", of: ({ queue_length }) => String(queue_length), align: "right" },
          {
            title: "TOKEN",
            of: ({ fencing_token }) => String(fencing_token),
            align: "right",
            paint: style.dim,
          },
        ]);
        return `${rows}\n${paging(pagination, style)}`.trimEnd();
      });
    });
};
