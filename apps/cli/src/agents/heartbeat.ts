import { setTimeout } from "node:timers/promises";
import { isCoded } from "@ade/client";
import { InvalidArgumentError } from "commander";
import type { Definition } from "../cli.ts";
import { cliErrors } from "../errors.ts";
import { untilInterrupted } from "../interrupts.ts";
import { wholeNumber } from "../options.ts";
import { plainLine } from "../output/plain.ts";
import { statusText } from "./agent-text.ts";

const AWAY = ["NO_ANSWER", "DEPENDENCY_UNAVAILABLE", "RATE_LIMITED"] as const;
const AGAIN_AFTER_SECONDS = 2;

/** `ade agents heartbeat`: by the agent's own key. */
export const heartbeatAgent: Definition = (parent, cli) => {
  parent
    .command("heartbeat")
    .description("say that this agent lives, by its own key")
    .option("--active-tasks <number>", "so many tasks are under way", wholeNumber, 0)
    .option("--metric <name=value>", "figures that its page shows", metric)
    .option("--keep", "again and again, as often as the server wants, until it is ended")
    .action(async ({ activeTasks, metric: metrics, keep }) => {
      const { client, out } = cli.open();
      const me = await client.me();
      if (me.kind !== "agent") throw cliErrors.NOT_AN_AGENT();
      const input = {
        active_tasks: activeTasks,
        ...(metrics ? { metrics } : {}),
      };
      const beat = async (): Promise<number> => {
        const answer = await client.agents.heartbeat(me.id, input);
        out.line(answer, (given) => statusText(given));
        return answer.next_heartbeat_seconds * 1000;
      };
      if (!keep) return void (await beat());
      await untilInterrupted(cli, async (signal) => {
        while (!signal.aborted) {
          // A server that is away comes back, and then wants to hear that the agent was there all along.
          const delayMs = await beat().catch((error: unknown) => {
            if (!isCoded(error, ...AWAY)) throw error;
            out.note(out.style.dim(`Not heard: ${plainLine(error.message)} It is said again.`));
            return (error.retryAfterSeconds ?? AGAIN_AFTER_SECONDS) * 1000;
          });
          await setTimeout(delayMs, undefined, { signal }).catch(() => undefined);
        }
      });
    });
};

function metric(text: string, before: Record<string, string | number> = {}): Record<string, string | number> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (!name || value === undefined) throw new InvalidArgumentError("It takes name=value.");
  return { ...before, [name]: /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value };
}
