import { systemActor } from "../kernel/actor.ts";
import { hotWrite, json } from "../ledger/service.ts";
import type { Freeze } from "../policies/schema.ts";
import { frozenUntil, matchPolicies } from "../policies/service.ts";
import { type Blocker, confirmedOverrides, loadTask, type TaskRecord } from "../tasks/service.ts";
import { casTask } from "./cas-task.ts";
import type { GateDeps } from "./deps.ts";
import { originalTypeOf } from "./original-type.ts";
import { taskFact } from "./task-facts.ts";

/** The freeze that an approved change waits for, as its row keeps it. */
export type Held = Extract<Blocker, { kind: "freeze" }>;

/**
 * What holds a change back that is approved at `at`, or null. `rules` are the requirements of its revision, or the
 * policies that match it now: whatever may state a freeze. What waives review waives no freeze; a confirmed
 * force-apply passes it and is approved without asking here.
 */
export function heldBy(rules: readonly { freeze?: Freeze | undefined }[], at: Date): Held | null {
  const frozen = frozenUntil(
    rules.flatMap(({ freeze }) => (freeze ? [freeze] : [])),
    at,
  );
  return frozen && { kind: "freeze", ...frozen, until: frozen.until.toISOString() };
}

/** What the fact of an approval says of it; `apply_after` is when its job is woken. */
export function heldDetail(held: Held | null): Record<string, unknown> {
  return held ? { held_by: held.name, apply_after: held.until } : {};
}

/** Asked right before a change is applied: the policies of now may freeze what those of its review did not. */
export async function frozenNow(
  deps: Pick<GateDeps, "policies" | "pool">,
  task: TaskRecord,
): Promise<Held | null> {
  const facts = {
    type: task.type,
    original_type: await originalTypeOf(deps, task.config),
    keys: task.resource_keys,
    score: task.risk_score ?? 0,
    // Whether a policy is about a change was settled by the hour of its submit; a freeze brings times of its own.
    at: task.submitted_at ?? task.now,
  };
  const matches = matchPolicies(await deps.policies.active(), facts);
  const held = heldBy(
    matches.map(({ policy }) => policy),
    task.now,
  );
  return confirmedOverrides(task).some(({ kind }) => kind === "force_apply") ? null : held;
}

const OUTDATED = `SELECT id FROM task WHERE state = 'APPROVED' AND apply_after > now() AND waiting_for->>'kind' = 'freeze'
  AND updated_at < greatest((SELECT max(at) FROM ledger_entry WHERE action = 'policy.updated'),
    (SELECT max(at) FROM ledger_entry WHERE action = 'policy.deleted'))
  ORDER BY apply_after LIMIT 500`;

/** Looks again at what a freeze holds once policies have changed: one that was lifted or shortened lets go by itself. */
export async function thawLifted(deps: GateDeps): Promise<void> {
  const { rows } = await deps.pool.query<{ id: string }>({ name: "gate-frozen-outdated", text: OUTDATED });
  for (const { id } of rows) {
    const task = await loadTask(deps.pool, id);
    if (task?.state !== "APPROVED" || task.waiting_for?.kind !== "freeze") continue;
    const held = await frozenNow(deps, task);
    const detail = held
      ? { ...held }
      : { priority: task.priority, apply_immediately: task.apply_immediately };
    const fact = taskFact(held ? "task.blocked" : "task.thawed", task, { detail });
    await deps.ledger.commit(
      systemActor("gate"),
      [fact],
      hotWrite("task-thaw", (p) =>
        casTask(
          p,
          task,
          [
            `apply_after = greatest(now(), ${p(held?.until ?? null)}::timestamptz)`,
            `waiting_for = ${p(json(held))}::jsonb`,
          ],
          false,
        ),
      ),
    );
  }
}
