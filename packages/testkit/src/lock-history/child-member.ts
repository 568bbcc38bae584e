import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { WAITER_LEASE_SECONDS } from "@ade/core/locks/schema";
import { type HistoryEvent, historyClock } from "./history.ts";
import { deathOf } from "./liveness.ts";
import type { MemberOptions, MemberPorts } from "./member.ts";
import type { WriteRequest } from "./sink.ts";

/** What a member in a process of its own says, and what it is told. */
export type FromChild =
  | { type: "ready" }
  | { type: "event"; event: HistoryEvent }
  | { type: "write"; id: number; request: WriteRequest };
export type ToChild = { type: "stop" } | { type: "written"; id: number; accepted: boolean };

export type ChildMember = {
  /** SIGSTOP, and SIGCONT after so long. */
  pauseFor(ms: number): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
};

/** A member in a process of its own, which can be paused and killed. */
export async function startChildMember(
  options: MemberOptions,
  { record, write }: MemberPorts,
): Promise<ChildMember> {
  const child: ChildProcess = fork(
    join(import.meta.dirname, "member-process.ts"),
    [JSON.stringify(options)],
    {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    },
  );
  const ended = once(child, "exit");
  const ready = Promise.withResolvers<void>();
  const tell = (message: ToChild): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  child.on("message", (message: FromChild) => {
    if (message.type === "ready") ready.resolve();
    else if (message.type === "event") record(message.event);
    else void write(message.request).then((accepted) => tell({ type: "written", id: message.id, accepted }));
  });
  ended.then(([code]) => ready.reject(new Error(`A member ended with ${code} before it was ready`)));
  await ready.promise;
  return {
    async pauseFor(ms) {
      child.kill("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, ms));
      child.kill("SIGCONT");
    },
    async kill() {
      const name = deathOf(options.name);
      // Its waiters keep their places until their leases end, and each may be granted once to nobody.
      const recovery_ms = WAITER_LEASE_SECONDS * 1000 + 10_000;
      record({ type: "fault", at_ms: historyClock.monotonicMs(), name, loses: false, recovery_ms });
      child.kill("SIGKILL");
      await ended;
      record({ type: "healed", at_ms: historyClock.monotonicMs(), name });
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      tell({ type: "stop" });
      await ended;
    },
  };
}
