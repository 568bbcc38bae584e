import type { Definition } from "../cli.ts";
import { acquireLock } from "./acquire.ts";
import { heartbeatLock } from "./heartbeat.ts";
import { listLocks } from "./list.ts";
import { releaseLock } from "./release.ts";
import { runUnderLock } from "./run.ts";

/** `ade locks …` */
export const locks: Definition = (parent, cli) => {
  const group = parent.command("locks").alias("lock").description("hold locks, and see who does");
  for (const define of [runUnderLock, listLocks, acquireLock, heartbeatLock, releaseLock]) define(group, cli);
};
