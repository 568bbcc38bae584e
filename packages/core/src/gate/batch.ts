import type { RespondInput } from "../approvals/schema.ts";
import { approvalErrors } from "../approvals/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { type CodedError, errors, isCoded } from "../kernel/errors.ts";
import type { Unit } from "../ledger/service.ts";
import { type Db, loadTask, type TaskRecord } from "../tasks/service.ts";
import { batchWarnings } from "./batch-warnings.ts";
import type { GateDeps } from "./deps.ts";
import { approvedChanges } from "./previewed.ts";
import { decideAnswer, respond } from "./respond.ts";
import type { BatchAnswer, BatchInput, BatchItem, Responded } from "./schema.ts";

/**
 * The same answer to up to a hundred approvals. One transaction: all of them or none, or each alone with
 * `continue_on_error`. A dry run decides it in full and keeps nothing of it.
 */
export async function respondToMany(deps: GateDeps, actor: Actor, input: BatchInput): Promise<BatchAnswer> {
  const { approval_ids: ids, options } = input;
  if (options.skip_validation && !actor.roles.includes("admin"))
    throw errors.FORBIDDEN({ message: "Only an admin may leave out the check of the previews." });
  if (new Set(ids).size < ids.length) {
    const details = [{ field: "approval_ids", issue: "must name each approval once" }];
    throw errors.VALIDATION_ERROR({ details });
  }
  const tasks = await tasksOf(deps.pool, ids);
  const isAlone = options.continue_on_error && !options.dry_run;
  const tried = isAlone
    ? await eachAlone(deps, actor, tasks, input)
    : await allAtOnce(deps, actor, tasks, input);
  const items = input.options.continue_on_error ? tried : asOne(tried);
  const succeeded = items.filter(({ success }) => success).length;
  return {
    success: succeeded === items.length,
    processed: items.length,
    succeeded,
    failed: items.length - succeeded,
    dry_run: options.dry_run,
    results: items,
    task_updates: movesOf(tasks, items),
    warnings: batchWarnings([...new Set(tasks.values())], input.action),
  };
}

type Tasks = ReadonlyMap<string, TaskRecord>;

/** The tasks by the ids of the approvals, as they are before anything is answered. */
async function tasksOf(db: Db, ids: readonly string[]): Promise<Tasks> {
  const { rows } = await db.query<{ id: string; task_id: string }>(
    "SELECT id, task_id FROM approval WHERE id = ANY($1::uuid[])",
    [ids],
  );
  const loaded = new Map<string, TaskRecord>();
  for (const task_id of new Set(rows.map((row) => row.task_id))) {
    const task = await loadTask(db, task_id);
    if (task) loaded.set(task_id, task);
  }
  return new Map(
    rows.flatMap(({ id, task_id }) => (loaded.has(task_id) ? [[id, loaded.get(task_id)!]] : [])),
  );
}

async function eachAlone(
  deps: GateDeps,
  actor: Actor,
  tasks: Tasks,
  input: BatchInput,
): Promise<BatchItem[]> {
  const items: BatchItem[] = [];
  for (const id of input.approval_ids) {
    items.push(
      await itemOf(id, tasks, async () => {
        await assertPreviewStands(deps, tasks.get(id), input);
        return respond(deps, actor, id, answerOf(input));
      }),
    );
  }
  return items;
}

/**
 * In one transaction, on tasks that are locked in one order, so that two batches never wait for each other and no
 * decision is lost to a race. What one refuses does not keep the others from being looked at.
 */
async function allAtOnce(
  deps: GateDeps,
  actor: Actor,
  tasks: Tasks,
  input: BatchInput,
): Promise<BatchItem[]> {
  const { continue_on_error, dry_run } = input.options;
  return deps.ledger.together(actor, async (unit) => {
    await lockTasks(unit.db, tasks);
    const items: BatchItem[] = [];
    for (const id of input.approval_ids) {
      items.push(await itemOf(id, tasks, () => answerWithin(deps, unit, actor, id, tasks.get(id), input)));
    }
    const isWhole = items.every(({ success }) => success) || continue_on_error;
    return { result: items, keep: isWhole && !dry_run };
  });
}

async function answerWithin(
  deps: GateDeps,
  unit: Unit,
  actor: Actor,
  id: string,
  task: TaskRecord | undefined,
  input: BatchInput,
): Promise<Responded> {
  await assertPreviewStands(deps, task, input);
  const { write, facts, result } = await decideAnswer(deps, unit.db, actor, id, answerOf(input));
  const rows = await unit.commit(facts, write);
  if (rows.length === 0) throw errors.CONFLICT();
  return result;
}

async function lockTasks(db: Db, tasks: Tasks): Promise<void> {
  const ids = [...new Set([...tasks.values()].map(({ id }) => id))];
  await db.query("SELECT 1 FROM task WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", [ids]);
}

async function itemOf(id: string, tasks: Tasks, work: () => Promise<Responded>): Promise<BatchItem> {
  const task_id = tasks.get(id)?.id;
  const item = { approval_id: id, ...(task_id ? { task_id } : {}) };
  try {
    return { ...item, success: true, task_state: (await work()).task_state };
  } catch (error) {
    if (!isCoded(error) || error.status >= 500) throw error;
    return { ...item, success: false, error: asProblem(error) };
  }
}

const asProblem = ({ code, message, next }: CodedError) => ({ code, message, next });

/** All or none: what nothing stopped did not happen either. */
function asOne(items: readonly BatchItem[]): BatchItem[] {
  if (items.every(({ success }) => success)) return [...items];
  const undone = asProblem(approvalErrors.BATCH_UNDONE());
  return items.map(({ task_state: _state, ...item }) =>
    item.success ? { ...item, success: false, error: undone } : item,
  );
}

/** A preview that is void by now, or that has errors, is nothing to approve unopened. */
async function assertPreviewStands(
  deps: GateDeps,
  task: TaskRecord | undefined,
  input: BatchInput,
): Promise<void> {
  if (!task || input.action !== "approve" || input.options.skip_validation) return;
  if (task.preview?.valid === false)
    throw approvalErrors.PREVIEW_STALE({ message: "Its preview has errors." });
  if (task.state !== "REVIEWING") return;
  await deps.executors.refresh(task.config.type);
  const hash = deps.executors.contentHash(task.config, approvedChanges(task));
  if (hash !== task.content_hash) throw approvalErrors.PREVIEW_STALE();
}

function answerOf({ action, reason, options }: BatchInput): RespondInput {
  const { apply_immediately, undo_seconds } = options;
  return { action, ...(reason ? { reason } : {}), options: { apply_immediately, undo_seconds } };
}

/** The state that each task has after its last answer. */
function movesOf(tasks: Tasks, items: readonly BatchItem[]): BatchAnswer["task_updates"] {
  const last = new Map<string, BatchAnswer["task_updates"][number]>();
  for (const { approval_id, success, task_state } of items) {
    const task = tasks.get(approval_id);
    if (task && success && task_state)
      last.set(task.id, { task_id: task.id, previous_state: task.state, new_state: task_state });
  }
  return [...last.values()];
}
