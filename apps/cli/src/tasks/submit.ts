import type { Definition } from "../cli.ts";
import { collect } from "../options.ts";
import { taskLine } from "./task-text.ts";
import { follow } from "./watch.ts";

/** `ade task submit` */
export const submitTask: Definition = (parent, cli) => {
  parent
    .command("submit")
    .description("send a draft to review")
    .argument("<id>", "its id")
    .option("--reviewer <id>", "ask these people, beside those whom policies name", collect)
    .option("-w, --wait", "wait for the decision")
    .action(async (id, { reviewer, wait }) => {
      const { client, out } = cli.open();
      const task = await client.tasks.submit(id, reviewer ? { requested_reviewers: reviewer } : {});
      if (wait) await follow(cli, id, { decision: true });
      else out.show(task, taskLine);
    });
};
