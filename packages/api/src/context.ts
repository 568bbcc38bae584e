import type { Core } from "@ade/core/core";
import type { Matrix } from "@ade/core/identity/service";
import type { Actor } from "@ade/core/kernel/actor";

/** What every procedure is given; nothing is read from hidden context. */
export type Context = {
  readonly core: Core;
  readonly matrix: Matrix;
  /** Who asks; null for somebody who is not signed in. */
  readonly actor: Actor | null;
  /** The request as logs and the ledger know it. */
  readonly where: Actor["where"] & { readonly request_id: string };
  /** Who asks by now: a stream asks again while it is open, for a right may have ended. */
  readonly reauthenticate: () => Promise<Actor | null>;
  /** Aborts when the server stops, so that streams end and do not hold it up. */
  readonly closing: AbortSignal;
};
