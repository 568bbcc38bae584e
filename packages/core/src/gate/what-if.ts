import type { Pool } from "pg";
import { type Makers, makersOf } from "../approvals/service.ts";
import type { Person } from "../identity/schema.ts";
import type { WhatIf, WhatIfInput } from "../policies/schema.ts";
import type { PastTask } from "../policies/service.ts";
import { OWNERS_NOW, type TaskRecord } from "../tasks/service.ts";
import type { GateDeps } from "./deps.ts";
import { chainsOf, standInsOf } from "./evaluate.ts";

/** How many tasks a draft of a policy is held against, the newest first. */
const TASKS = 500;

type Row = Pick<
  TaskRecord,
  "id" | "type" | "resource_keys" | "tags" | "drifts" | "submit_options" | "approved_at"
> &
  Makers & {
    title: string;
    original_type: string | null;
    risk_score: number;
    submitted_at: Date;
  };

const SUBMITTED = `SELECT id, split_part(description, E'\\n', 1) AS title, type,
    (SELECT o.type FROM task o WHERE o.id = t.rollback_of) AS original_type, resource_keys, risk_score, tags, drifts,
    author_id, author_owner_id, author_key_by, editor_id, editor_owner_id, editor_key_by, ${OWNERS_NOW}, submit_options, submitted_at, approved_at
  FROM task t WHERE submitted_at IS NOT NULL AND risk_score IS NOT NULL ORDER BY created_at DESC, id LIMIT ${TASKS}`;

/** What a draft of a policy would have changed for the last tasks, by the engine that decides them. Stores nothing. */
export async function whatIf(deps: GateDeps, input: WhatIfInput): Promise<WhatIf> {
  const [people, delegations, tasks] = await Promise.all([
    deps.identity.directory(),
    deps.delegations.active(),
    readSubmitted(deps.pool),
  ]);
  const byId = new Map(people.map((person) => [person.id, person]));
  return deps.policies.whatIf(input, {
    people,
    tasks: tasks.map((row) => {
      const task = pastTask(row, byId);
      // As delegations are now: who is away next month is not known either.
      const facts = { ...task, tags: row.tags, at: deps.clock.now(), makers: task.excluded };
      return { ...task, standIns: standInsOf(chainsOf(delegations, facts, people)) };
    }),
    types: deps.executors.list().map(({ type }) => type),
    at: deps.clock.now(),
  });
}

async function readSubmitted(pool: Pool): Promise<Row[]> {
  return (await pool.query<Row>({ name: "gate-last-submitted", text: SUBMITTED })).rows;
}

function pastTask(row: Row, people: ReadonlyMap<string, Person>): PastTask {
  return {
    id: row.id,
    title: row.title,
    type: row.type,
    original_type: row.original_type,
    keys: row.resource_keys,
    score: row.risk_score,
    submitted_at: row.submitted_at,
    approved_at: row.approved_at,
    author: people.get(row.author_id) ?? { roles: [], groups: [] },
    excluded: makersOf(row),
    requested: row.submit_options?.requested_reviewers ?? [],
    may_waive: row.drifts === 0,
  };
}
