import type { ApprovalsQuery, TaskEntry } from "@ade/client";
import type { Definition } from "../cli.ts";
import { collectUpper, wholeNumber } from "../options.ts";
import { paging } from "../output/paging.ts";
import { plainLine } from "../output/plain.ts";
import { table } from "../output/table.ts";
import { relative } from "../output/times.ts";
import { paintRisk, paintState, riskOf } from "../output/words.ts";

/** `ade approvals list` */
export const listApprovals: Definition = (parent, cli) => {
  parent
    .command("list")
    .alias("ls")
    .description("list what waits for my answer")
    .option(
      "--status <status...>",
      "with these answers instead: PENDING, APPROVED, REJECTED, …",
      collectUpper,
    )
    .option("--task <id>", "all approvals of a task, everybody's")
    .option("--limit <number>", "so many, up to 100 (20)", wholeNumber)
    .option("--page <number>", "which page (1)", wholeNumber)
    .action(async ({ status, task, ...page }) => {
      const { client, out } = cli.open();
      const wanted = status ?? (task === undefined ? ["PENDING"] : undefined);
      const answer = await client.approvals.list({
        status: wanted,
        task_id: task,
        ...page,
      } as ApprovalsQuery);
      const tasks = new Map<string, TaskEntry>();
      if (!out.json) {
        const ids = [...new Set(answer.approvals.map(({ task_id }) => task_id))];
        for (const found of await Promise.all(ids.map((id) => client.tasks.get(id))))
          tasks.set(found.id, found);
      }
      out.show(answer, ({ approvals, pagination }, style) => {
        if (approvals.length === 0) return "Nothing waits for you.";
        const now = Date.now();
        const of = ({ task_id }: { task_id: string }) => tasks.get(task_id)!;
        const rows = table(style, approvals, [
          { title: "APPROVAL", of: ({ id }) => id, moves: true },
          {
            title: "RISK",
            of: (row) => riskOf(of(row)),
            paint: (text, row) => paintRisk(style, of(row).risk?.level)(text),
          },
          { title: "TASK", of: (row) => plainLine(of(row).config.description), shrinksTo: 20 },
          { title: "BY", of: (row) => plainLine(of(row).metadata.author_name), shrinksTo: 8 },
          ...(task === undefined
            ? []
            : [
                {
                  title: "ASKED",
                  of: (row: { reviewer_name: string }) => plainLine(row.reviewer_name),
                  shrinksTo: 8,
                },
              ]),
          {
            title: "STATUS",
            of: (row) => row.status,
            paint: (text, row) => paintState(style, row.status)(text),
          },
          { title: "WAITS", of: (row) => relative(row.created_at, now), align: "right", paint: style.dim },
          { title: "DUE", of: (row) => (row.due_at ? relative(row.due_at, now) : ""), align: "right" },
        ]);
        return `${rows}\n${paging(pagination, style)}`.trimEnd();
      });
    });
};
