import type { AcquireOptions, LockKey } from "@ade/client";
import type { Command } from "@commander-js/extra-typings";
import { collect, seconds, wholeNumber } from "../options.ts";

/** What `acquire` and `run` ask for, alike. */
export function lockOptions(parent: Command, name: string, description: string) {
  return parent
    .command(name)
    .description(description)
    .argument("<name>", "what to lock: database:prod/main")
    .option("--also <name>", "a further lock, as often as needed; all of them are got, or none", collect)
    .option("--shared", "together with other readers")
    .option("--ttl <time>", "without heartbeats it ends after so long, 5s to 300s (30s)", seconds)
    .option("--wait <time>", "wait for it up to so long, 0 to 300s (60s)", seconds)
    .option("--priority <number>", "place in the queue: 0 to 100 (50)", wholeNumber)
    .option("--purpose <text>", "what others see it is held for");
}

export type LockFlags = {
  also?: string[] | undefined;
  shared?: true | undefined;
  ttl?: number | undefined;
  wait?: number | undefined;
  priority?: number | undefined;
  purpose?: string | undefined;
};

/** Names and options as the client takes them. Pure. */
export function askedFor(name: string, flags: LockFlags): { keys: LockKey[]; options: AcquireOptions } {
  const mode = flags.shared ? "shared" : "exclusive";
  return {
    keys: [name, ...(flags.also ?? [])].map((resource_id) => ({
      resource_type: "resource",
      resource_id,
      mode,
    })),
    options: {
      ...(flags.ttl === undefined ? {} : { ttl_seconds: flags.ttl }),
      ...(flags.wait === undefined
        ? {}
        : { max_wait_seconds: flags.wait, wait_for_available: flags.wait > 0 }),
      ...(flags.priority === undefined ? {} : { priority: flags.priority }),
      ...(flags.purpose === undefined ? {} : { purpose: flags.purpose }),
    },
  };
}
