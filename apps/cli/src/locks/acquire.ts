import type { AcquiredLock, AcquiredLocks } from "@ade/client";
import type { Definition } from "../cli.ts";
import { whileInterruptible } from "../interrupts.ts";
import { fields } from "../output/fields.ts";
import { plainLine } from "../output/plain.ts";
import { askedFor, lockOptions } from "./lock-options.ts";

/** `ade locks acquire`: one lock whose heartbeats are the caller's; `ade locks run` sends them. */
export const acquireLock: Definition = (parent, cli) => {
  lockOptions(parent, "acquire", "get a lock, and leave it held until its time is over")
    .option("--owner <id>", "who holds it among your programs; one of its own where none is given")
    .addHelpText(
      "after",
      "\nIt ends by itself after --ttl unless `ade locks heartbeat` extends it; `ade locks run` does all that.",
    )
    .action(async (name, { owner, ...flags }) => {
      const { client, out } = cli.open();
      const { keys, options } = askedFor(name, flags);
      const owner_id = owner ?? crypto.randomUUID();
      const held = await whileInterruptible(async (signal): Promise<AcquiredLock | AcquiredLocks> => {
        const asked = { ...options, owner_id, signal };
        if (keys.length === 1) return client.locks.acquire(keys[0]!, asked);
        return { acquired: true, locks: [...(await client.locks.acquireAll(keys, asked))] };
      });
      out.show(held, (answer, style) => {
        const locks = "locks" in answer ? answer.locks : [answer];
        return locks
          .map(({ id, resource_id, mode, fencing_token }) =>
            fields(style, [
              ["Lock", style.bold(id)],
              ["Resource", `${plainLine(resource_id)}, ${mode}`],
              ["Fencing token", String(fencing_token)],
              ["Owner", plainLine(owner_id)],
            ]),
          )
          .join("\n\n");
      });
    });
};
