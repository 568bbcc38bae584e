import type { TasksQuery } from "@ade/client";
import type { Definition } from "../cli.ts";
import { collect, collectUpper, moment, wholeNumber } from "../options.ts";
import { paging } from "../output/paging.ts";
import { plainLine } from "../output/plain.ts";
import { table } from "../output/table.ts";
import { relative } from "../output/times.ts";
import { paintRisk, paintState, riskOf } from "../output/words.ts";

/** `ade task list` */
export const listTasks: Definition = (parent, cli) => {
  parent
    .command("list")
    .alias("ls")
    .description("list tasks, the newest first")
    .option("--state <state>", "only in this state, or these with commas between", collectUpper)
    .option("--mine", "only those that I made")
    .option("--needs-me", "only those that wait for my answer")
    .option("--author <id>", "only of this author")
    .option("--risk <level>", "LOW, MEDIUM, HIGH or CRITICAL", (text) => text.toUpperCase())
    .option("--tag <tag>", "only with this tag, or one of these", collect)
    .option("--search <text>", "words of the description")
    .option("--since <time>", "only newer ones: 2h, or 2026-11-21T14:00:00Z", moment)
    .option("--sort <field>", "created_at, updated_at, risk_score or state")
    .option("--asc", "the other way around")
    .option("--limit <number>", "so many, up to 100 (20)", wholeNumber)
    .option("--page <number>", "which page (1)", wholeNumber)
    .action(async (options) => {
      const { client, out } = cli.open();
      const query = {
        state: options.state,
        author_id: options.mine ? (await client.me()).id : options.author,
        needs_my_approval: options.needsMe,
        risk_level: options.risk,
        tags: options.tag,
        search: options.search,
        created_after: options.since,
        sort_by: options.sort,
        sort_order: options.asc ? "asc" : undefined,
        ...{ limit: options.limit, page: options.page },
      } as TasksQuery;
      out.show(await client.tasks.list(query), ({ tasks, pagination }, style) => {
        if (tasks.length === 0) return "No task.";
        const now = Date.now();
        const rows = table(style, tasks, [
          { title: "ID", of: ({ id }) => id, moves: true },
          {
            title: "STATE",
            of: ({ state }) => state,
            paint: (text, { state }) => paintState(style, state)(text),
          },
          { title: "RISK", of: riskOf, paint: (text, { risk }) => paintRisk(style, risk?.level)(text) },
          { title: "TASK", of: ({ config }) => plainLine(config.description), shrinksTo: 24 },
          { title: "BY", of: ({ metadata }) => plainLine(metadata.author_name), shrinksTo: 8 },
          {
            title: "CREATED",
            of: ({ metadata }) => relative(metadata.created_at, now),
            align: "right",
            paint: style.dim,
          },
        ]);
        return `${rows}\n${paging(pagination, style)}`.trimEnd();
      });
    });
};
