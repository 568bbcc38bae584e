import type { Definition } from "../cli.ts";
import { cancelTask } from "./cancel.ts";
import { createTask } from "./create.ts";
import { listTasks } from "./list.ts";
import { showTask } from "./show.ts";
import { submitTask } from "./submit.ts";
import { watchTask } from "./watch.ts";

/** `ade task …` */
export const tasks: Definition = (parent, cli) => {
  const group = parent.command("task").alias("tasks").description("propose changes and follow them");
  for (const define of [createTask, listTasks, showTask, submitTask, cancelTask, watchTask]) {
    define(group, cli);
  }
};
