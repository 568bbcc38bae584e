import type { Definition } from "../cli.ts";
import { respondedText } from "./answer.ts";

/** `ade approvals withdraw` */
export const withdraw: Definition = (parent, cli) => {
  parent
    .command("withdraw")
    .description("take an answer back within its undo time")
    .argument("<id>", "id of the approval")
    .action(async (id) => {
      const { client, out } = cli.open();
      out.show(await client.approvals.withdraw(id), respondedText);
    });
};
