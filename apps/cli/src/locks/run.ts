import type { HeldLock } from "@ade/client";
import type { Definition } from "../cli.ts";
import { whileInterruptible } from "../interrupts.ts";
import { seconds } from "../options.ts";
import { plainLine } from "../output/plain.ts";
import { runGroup } from "./child-group.ts";
import { askedFor, lockOptions } from "./lock-options.ts";

const TTL_SECONDS = 30;
/** A lock is given up at two thirds of its lease: the command has the rest to end. */
const GRACE_PART = 1 / 3;

/** `ade locks run`: a command that runs only as long as it holds a lock. */
export const runUnderLock: Definition = (parent, cli) => {
  lockOptions(parent, "run", "run a command while a lock is held")
    .argument("<command...>", "after --, the command and what it takes")
    .option("--grace <time>", "what is to end has so long before SIGKILL (a third of --ttl)", seconds)
    .addHelpText("after", HELP)
    .action(async (name, command, { grace, ...flags }) => {
      const { client, out, io } = cli.open();
      const { keys, options } = askedFor(name, flags);
      const { ttl_seconds = TTL_SECONDS } = options;
      const asked = { purpose: command.join(" ").slice(0, 200), ...options, ttl_seconds };
      const started = { isStarted: false };
      const work = async (lock: HeldLock): Promise<number> => {
        started.isStarted = true;
        out.note(
          out.style.dim(
            `Holds ${keys.map(({ resource_id }) => plainLine(resource_id)).join(", ")}, token ${lock.fencing_token}.`,
          ),
        );
        return runGroup(command, {
          env: { ...io.env, ...environmentOf(lock) },
          lost: lock.signal,
          graceMs: grace === undefined ? ttl_seconds * GRACE_PART * 1000 : grace * 1000,
          note: out.note,
        });
      };
      // Ctrl-C ends the wait; once the command runs, it is the command's to answer.
      const exitCode = await whileInterruptible((interrupted) => {
        const leaving = new AbortController();
        interrupted.addEventListener("abort", () => {
          if (!started.isStarted) leaving.abort(interrupted.reason);
        });
        return client.withLock(keys, { ...asked, signal: leaving.signal }, work);
      });
      cli.endWith(exitCode);
    });
};

function environmentOf({ fencing_token, locks, owner_id }: HeldLock): Record<string, string> {
  return {
    ADE_FENCING_TOKEN: String(fencing_token),
    ADE_LOCK_ID: locks.map(({ id }) => id).join(","),
    ADE_LOCK_OWNER: owner_id,
  };
}

const HELP = `
The command finds the lock's fencing token in ADE_FENCING_TOKEN (of several locks that of the first; ADE_LOCK_ID and
ADE_LOCK_OWNER are beside it): let every write check it. Signals are passed on to the command and all that it started,
and the lock is held until all of them have ended; what is still there --grace after a signal ended the command is
killed. When the lock is lost they are ended, by SIGTERM and then SIGKILL, and this ends with 10; else with the
command's own code, or 128 and the number of the signal that ended it.

Example:
  ade locks run database:prod/main --wait 5m -- ./migrate.sh --all`;
