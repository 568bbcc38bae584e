import type { Definition } from "../cli.ts";
import { approve, reject, requestChanges } from "./answer.ts";
import { batch } from "./batch.ts";
import { listApprovals } from "./list.ts";
import { withdraw } from "./withdraw.ts";

/** `ade approvals …` */
export const approvals: Definition = (parent, cli) => {
  const group = parent.command("approvals").alias("approval").description("answer what waits for you");
  for (const define of [listApprovals, approve, reject, requestChanges, withdraw, batch]) define(group, cli);
};
