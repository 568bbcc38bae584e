import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { AuditQuery } from "@ade/client";
import type { Definition } from "../cli.ts";
import { moment } from "../options.ts";

/** `ade audit export` */
export const exportAudit: Definition = (parent, cli) => {
  parent
    .command("export")
    .description("write entries as lines of JSON, the oldest first")
    .option("--task <id>", "only of this task")
    .option("--actor <id>", "only what this person or agent did")
    .option("--action <name>", "only of this kind: task.approved")
    .option("--from <time>", "from then on: 2h, or 2026-11-21T14:00:00Z", moment)
    .option("--to <time>", "until then", moment)
    .option("-o, --output <path>", "into this file, and not on standard output")
    .action(async ({ task, actor, action, from, to, output }) => {
      const { client, out, io } = cli.open();
      const query: AuditQuery = { task_id: task, actor_id: actor, action, from, to, sort_order: "asc" };
      let count = 0;
      async function* lines() {
        for await (const entry of client.audit.all(query)) {
          count += 1;
          yield `${JSON.stringify(entry)}\n`;
        }
      }
      if (output !== undefined) {
        await pipeline(lines, createWriteStream(output, { mode: 0o600 }));
        out.show({ path: output, entries: count }, () => `Wrote ${count} entries to ${output}.`);
        return;
      }
      for await (const line of lines()) {
        if (!io.stdout.write(line)) await once(io.stdout, "drain");
      }
    });
};
