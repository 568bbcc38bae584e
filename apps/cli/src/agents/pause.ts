import type { AgentPatch } from "@ade/client";
import type { Definition } from "../cli.ts";
import { agentLine } from "./agent-text.ts";
import { findAgent } from "./find.ts";

/** `ade agents pause`, `drain` and `resume`. */
export const pauseAgent = changing("pause", "let it do nothing until it is resumed", { paused: true });
export const drainAgent = changing("drain", "let it end what it has and take nothing new", {
  draining: true,
});
export const resumeAgent = changing("resume", "let it work again", { paused: false, draining: false });

function changing(name: string, description: string, patch: AgentPatch): Definition {
  return (parent, cli) => {
    parent
      .command(name)
      .description(description)
      .argument("<agent>", "its name or id")
      .action(async (given) => {
        const { client, out } = cli.open();
        const { id } = await findAgent(client, given);
        out.show(await client.agents.update(id, patch), agentLine);
      });
  };
}
