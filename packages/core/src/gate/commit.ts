import type { Actor } from "../kernel/actor.ts";
import { errors, isCoded } from "../kernel/errors.ts";
import type { Fact } from "../ledger/schema.ts";
import type { HotWrite, Ledger } from "../ledger/service.ts";

/** What a command decided: the write, and what happened if it goes through. */
export type Decision<T> = { write: HotWrite; facts: readonly Fact[]; result: T };

/** Fifty people answering one task at once all get through; more rounds than that is a fault. */
const MAX_ROUNDS = 200;

/**
 * Decides on fresh facts and commits by compare-and-swap; a lost race is decided again on the new state.
 * A command that was allowed when it was sent, but no longer is, is a CONFLICT rather than the sender's mistake.
 */
export async function decideAndCommit<T>(
  ledger: Pick<Ledger, "commit">,
  actor: Actor,
  decide: () => Promise<Decision<T>>,
): Promise<T> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const decision = await decide().catch((error: unknown) => {
      if (round > 0 && isCoded(error, "INVALID_TRANSITION")) {
        throw errors.CONFLICT({ message: error.message, details: error.details });
      }
      throw error;
    });
    const rows = await ledger.commit(actor, decision.facts, decision.write);
    if (rows.length > 0) return decision.result;
  }
  throw errors.CONFLICT();
}
