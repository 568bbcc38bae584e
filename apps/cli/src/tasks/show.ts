import type { Definition } from "../cli.ts";
import { taskText } from "./task-text.ts";

/** `ade task show` */
export const showTask: Definition = (parent, cli) => {
  parent
    .command("show")
    .description("show a task with what it would change")
    .argument("<id>", "its id")
    .action(async (id) => {
      const { client, out } = cli.open();
      out.show(await client.tasks.get(id), taskText);
    });
};
