import type { AdeEvent, Client } from "@ade/client";
import type { Definition } from "../cli.ts";
import { untilInterrupted } from "../interrupts.ts";
import { collect } from "../options.ts";
import { plainLine } from "../output/plain.ts";
import type { Style } from "../output/style.ts";
import { exact } from "../output/times.ts";

/** `ade watch`: what happens, as it happens. */
export const watch: Definition = (parent, cli) => {
  parent
    .command("watch")
    .description("show events as they happen")
    .argument(
      "[channels...]",
      "tasks, agents, locks, system, task:<id>, user:<id>, agent:<id>, resource:<type>:<namespace>/<id>; without any, all that concern you",
    )
    .option("--event <name>", "only these: task:state_changed, approval:requested", collect)
    .option("--after <id>", "first what came after this event")
    .addHelpText(
      "after",
      "\nWith --json every event is a line. It connects again by itself and misses no event that has an id.",
    )
    .action(async (given, { event: names = [], after }) => {
      const { client, out } = cli.open();
      const channels = given.length > 0 ? given : await channelsOf(client);
      await untilInterrupted(cli, async (signal) => {
        const onOpen = ({ again }: { again: boolean }) =>
          out.note(
            out.style.dim(again ? "Connected again." : `Watches ${channels.join(", ")}; Ctrl-C ends it.`),
          );
        for await (const event of client.events({ channels, lastEventId: after, signal, onOpen })) {
          if (names.length > 0 && !names.includes(event.event)) continue;
          out.line(event, eventLine);
        }
      });
    });
};

/** What concerns whoever asks. @throws UNAUTHENTICATED */
async function channelsOf(client: Client): Promise<string[]> {
  const { kind, id, roles } = await client.me();
  if (kind === "agent") return [`agent:${id}`];
  return ["tasks", `user:${id}`, ...(roles.includes("admin") ? ["locks", "system"] : [])];
}

function eventLine({ event, timestamp, payload }: AdeEvent, style: Style): string {
  const [kind = "", name = ""] = event.split(":");
  const known = Object.entries(payload).filter(
    ([, value]) => typeof value === "string" || typeof value === "number",
  );
  const text = known
    .map(([field, value]) => `${style.dim(`${field}=`)}${plainLine(String(value))}`)
    .join(" ");
  return `${style.dim(exact(timestamp))} ${style.cyan(kind)}:${style.bold(name)} ${text}`;
}
