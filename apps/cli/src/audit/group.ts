import type { Definition } from "../cli.ts";
import { exportAudit } from "./export.ts";
import { verifyAudit } from "./verify.ts";

/** `ade audit …` */
export const audit: Definition = (parent, cli) => {
  const group = parent.command("audit").description("the record that nobody can quietly rewrite");
  for (const define of [verifyAudit, exportAudit]) define(group, cli);
};
