import { decideAction } from "@ade/core/identity/service";
import type { Actor } from "@ade/core/kernel/actor";
import { CodedError, errors } from "@ade/core/kernel/errors";
import { assertMayListen } from "./channels.ts";
import type { Context } from "./context.ts";

const CHECK_INTERVAL_MS = 60_000;

export type StreamRights = {
  /** Aborts when the caller's does, when the server stops, and when the rights have ended. */
  readonly signal: AbortSignal;
  /** The refusal, where that was the reason. */
  readonly lost: CodedError | null;
  throwIfLost(): void;
  stop(): void;
};

/** Looks every minute whether whoever reads a stream still may: a session may have ended, a role been taken. */
export function watchRights(
  options: Pick<Context, "core" | "matrix" | "reauthenticate" | "closing"> & {
    /** Looked at with each check: what is read may change meanwhile. */
    channels: Iterable<string>;
    signal: AbortSignal | undefined;
    intervalMs?: number;
  },
): StreamRights {
  const ended = new AbortController();
  const signal = AbortSignal.any([
    options.closing,
    ended.signal,
    ...(options.signal ? [options.signal] : []),
  ]);
  let lost: CodedError | null = null;

  async function check(): Promise<void> {
    const actor: Actor | null = await options.reauthenticate();
    if (!actor) throw errors.UNAUTHENTICATED();
    if (decideAction(options.matrix, actor, "event.subscribe") === "no") throw errors.FORBIDDEN();
    await assertMayListen(options.core, actor, [...options.channels]);
  }

  const timer = setInterval(() => {
    // Only a refusal ends the stream: while the database is away nobody can tell, and nothing is sent either.
    check().catch((thrown: unknown) => {
      if (!(thrown instanceof CodedError) || thrown.status >= 500) return;
      lost = thrown;
      ended.abort();
    });
  }, options.intervalMs ?? CHECK_INTERVAL_MS);

  return {
    signal,
    get lost() {
      return lost;
    },
    throwIfLost() {
      if (lost) throw lost;
    },
    stop: () => clearInterval(timer),
  };
}
