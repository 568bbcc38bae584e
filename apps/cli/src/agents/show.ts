import type { Definition } from "../cli.ts";
import { agentText } from "./agent-text.ts";
import { findAgent } from "./find.ts";

/** `ade agents show` */
export const showAgent: Definition = (parent, cli) => {
  parent
    .command("show")
    .description("show an agent")
    .argument("<agent>", "its name or id")
    .action(async (given) => {
      const { client, out } = cli.open();
      out.show(await findAgent(client, given), agentText);
    });
};
