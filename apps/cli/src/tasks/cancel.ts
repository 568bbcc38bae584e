import type { Definition } from "../cli.ts";
import { taskLine } from "./task-text.ts";

/** `ade task cancel` */
export const cancelTask: Definition = (parent, cli) => {
  parent
    .command("cancel")
    .description("cancel a task that is not yet applied")
    .argument("<id>", "its id")
    .option("--reason <text>", "why, for those who were asked")
    .action(async (id, { reason }) => {
      const { client, out } = cli.open();
      out.show(await client.tasks.cancel(id, { reason }), taskLine);
    });
};
