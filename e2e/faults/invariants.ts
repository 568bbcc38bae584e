import { setTimeout as delay } from "node:timers/promises";
import { createEffectSink } from "@ade/core/executors/adapters/noop/effect-sink";
import { checkHistory, type Verdict } from "@ade/testkit/lock-history/check";
import type { BrokenRule } from "./fault.ts";
import type { House } from "./house.ts";
import type { LockLoad } from "./lock-load.ts";
import type { TaskLoad } from "./task-load.ts";

/** After a fault healed the system moves again within 60 s (I5), beyond grace, lock delay and backoff. */
export const RECOVERY_MS = 60_000 + 20_000;
const MEMORY_MEGABYTES = 700;

type Finding = { invariant: "I1" | "I2" | "I3" | "I4" | "I5" | "I6"; sentence: string };
export type Judged = {
  findings: Finding[];
  locks: Verdict;
  completed: number;
  /** On performance.now()'s clock: everything approved was applied. */
  applied_at_ms: number;
};

type Evidence = {
  locks: LockLoad;
  tasks: TaskLoad;
  ignore?: readonly BrokenRule[];
  /** The sink was broken: tasks may end as failures, and then nothing of them may be there. */
  mayFail?: boolean;
  /** The sink said done and did nothing: a success may have no effect. */
  lies?: boolean;
};

/** Judges a run from PostgreSQL, the recording sinks and what callers were answered; nothing is asked of Redis. */
export async function judge(
  house: House,
  { locks, tasks, ignore = [], mayFail = false, lies = false }: Evidence,
): Promise<Judged> {
  const findings: Finding[] = [];
  const find = (invariant: Finding["invariant"], sentence: string) =>
    void findings.push({ invariant, sentence });

  const verdict = checkHistory(locks.history, {
    recovery_ms: RECOVERY_MS,
    answer_ms: RECOVERY_MS,
    stall_ms: 12_000,
  });
  for (const { rule, sentence } of verdict.violations) {
    if (!ignore.includes(rule))
      find(rule === "stalled" || rule === "never-answered" ? "I5" : "I1", `${rule}: ${sentence}`);
  }
  const results = await allCompleted(house, tasks, find);
  const applied_at_ms = performance.now();
  await judgeEffects(house, tasks, find, ignore.includes("late-effect"));
  await judgeResults(house, { results, mayFail, lies }, find);
  await judgeLedger(house, find);
  await judgeProcesses(house, find);
  return { findings, locks: verdict, completed: results.size, applied_at_ms };
}

type Find = (invariant: Finding["invariant"], sentence: string) => void;

/** I4 and I5: what was answered is there, and everything approved is applied in time. Answers how each task ended. */
async function allCompleted(
  { pool }: House,
  { answered }: TaskLoad,
  find: Find,
): Promise<Map<string, string | null>> {
  const created = [...answered.created];
  const read = async () => {
    const { rows } = await pool.query<{
      id: string;
      state: string;
      waiting_for: unknown;
      result: string | null;
    }>("SELECT id, state, waiting_for, result FROM task WHERE id = ANY($1::uuid[])", [created]);
    return new Map(rows.map((row) => [row.id, row]));
  };
  const until = performance.now() + RECOVERY_MS;
  let found = await read();
  const isOpen = (id: string) => !["COMPLETED", "FAILED", "CANCELLED"].includes(found.get(id)?.state ?? "");
  while ([...answered.approved].some(isOpen) && performance.now() < until) {
    await delay(250);
    found = await read();
  }
  for (const id of created)
    if (!found.has(id)) find("I4", `task ${id} was answered with 201 and is not in PostgreSQL`);
  for (const id of answered.approved) {
    const task = found.get(id);
    if (task && task.state !== "COMPLETED") {
      find("I5", `task ${id} is ${task.state}, waiting for ${JSON.stringify(task.waiting_for)}`);
    }
  }
  const completed = [...found.values()].filter(({ state }) => state === "COMPLETED");
  return new Map(completed.map(({ id, result }) => [id, result]));
}

/** I1 and I2 at the sink: one effect for each key, and tokens that grow with every grant of a resource. */
async function judgeEffects(
  { sinkDir }: House,
  { answered }: TaskLoad,
  find: Find,
  mayBeLate: boolean,
): Promise<void> {
  const effects = (await createEffectSink(sinkDir).read("applied")).filter(({ idempotency_key }) =>
    answered.created.has(idempotency_key.split(":")[0]!),
  );
  const counts = new Map<string, number>();
  const newest = new Map<string, number>();
  for (const { idempotency_key, fencing_tokens } of effects) {
    counts.set(idempotency_key, (counts.get(idempotency_key) ?? 0) + 1);
    for (const [key, token] of Object.entries(fencing_tokens)) {
      if (!mayBeLate && token < (newest.get(key) ?? 0)) {
        find("I1", `${key} was written under token ${token} after ${newest.get(key)}`);
      }
      newest.set(key, Math.max(token, newest.get(key) ?? 0));
    }
  }
  for (const [key, count] of counts) if (count > 1) find("I2", `${key} took effect ${count} times`);
}

/** I2: a task that says success has its one effect, one that says failure has left none. */
async function judgeResults(
  { sinkDir }: House,
  {
    results,
    mayFail,
    lies,
  }: { results: ReadonlyMap<string, string | null>; mayFail: boolean; lies: boolean },
  find: Find,
): Promise<void> {
  const sink = createEffectSink(sinkDir);
  const left = new Map<string, number>();
  for (const [kind, by] of [["applied", 1] as const, ["rolled_back", -1] as const]) {
    for (const { idempotency_key } of await sink.read(kind)) {
      const id = idempotency_key.split(":")[0]!;
      left.set(id, (left.get(id) ?? 0) + by);
    }
  }
  for (const [id, result] of results) {
    const there = left.get(id) ?? 0;
    if (result === "success" && there === 0 && lies) continue;
    if (result === "success" && there !== 1) find("I2", `${id} says success and has ${there} effects`);
    else if (result !== "success" && !mayFail) find("I2", `${id} ended as ${result}`);
    else if (result === "failure" && there !== 0) find("I2", `${id} says failure and has ${there} effects`);
  }
}

/** I3, and I2's "at most one COMPLETED": the chain verifies, and each transition has its one entry. */
async function judgeLedger({ pool, core }: House, find: Find): Promise<void> {
  await core.ledger.settle();
  const report = await core.ledger.verify();
  if (!report.ok) find("I3", `the chain does not verify: ${JSON.stringify(report.fault)}`);
  const { rows: broken } = await pool.query<{ task_id: string; action: string; problem: string }>(`
    WITH steps AS (
      SELECT task_id, action, from_state, seq,
             lag(to_state) OVER (PARTITION BY task_id ORDER BY seq) AS before
        FROM ledger_entry JOIN ledger_chain ON entry_id = id
       WHERE entity_type = 'task' AND to_state IS NOT NULL)
    SELECT task_id, action, 'comes from ' || from_state || ' after ' || before AS problem
      FROM steps WHERE before IS NOT NULL AND from_state IS DISTINCT FROM before
    UNION ALL
    SELECT task_id, action, 'is there ' || count(*) || ' times'
      FROM ledger_entry WHERE action = 'task.completed' GROUP BY task_id, action HAVING count(*) > 1
    UNION ALL
    SELECT t.id, t.state, 'has no entry that says so' FROM task t
     WHERE t.state = 'COMPLETED' AND NOT EXISTS
       (SELECT 1 FROM ledger_entry e WHERE e.task_id = t.id AND e.action = 'task.completed')`);
  for (const { task_id, action, problem } of broken) find("I3", `${action} of task ${task_id} ${problem}`);
}

/** I6: documented codes only, nothing uncaught, bounded memory. */
async function judgeProcesses({ rest, residents, takeAlarms }: House, find: Find): Promise<void> {
  for (const failure of rest.undocumented) find("I6", failure);
  rest.undocumented.clear();
  for (const alarm of takeAlarms()) find("I6", alarm);
  for (const { process } of Object.values(residents)) {
    if (!process.isRunning()) {
      find("I6", `${process.name} ended by itself`);
      continue;
    }
    const megabytes = process.residentMegabytes();
    if (megabytes > MEMORY_MEGABYTES) find("I6", `${process.name} takes ${Math.round(megabytes)} MB`);
  }
}
