import type { Fact } from "../ledger/schema.ts";
import type { Projection, Projections, SealedEntry } from "../ledger/service.ts";
import type { Resolution } from "./resolve.ts";

/** Owner and delegate hear of what concerns them; admins, who see all of them, too. */
const changed: Projection = (entry) => [
  {
    event: "delegation:changed",
    channels: [...peopleOf(entry).map((id) => `user:${id}`), "system"],
    payload: { delegation_id: entry.entity_id, change: entry.action },
  },
];

/** The slice's events: pure projections of its facts. */
export const delegationProjections: Projections = new Map<string, Projection>([
  ["delegation.created", changed],
  ["delegation.updated", changed],
  ["delegation.deleted", changed],
  [
    "delegation.fell_back",
    (entry) => [
      {
        event: "delegation:fell_back",
        channels: [`user:${entry.entity_id}`],
        payload: { task_id: entry.task_id, owner_id: entry.entity_id, reason: entry.reason },
      },
    ],
  ],
]);

/** That a request could not take the way its owner chose: for the owner, who is told why. */
export function fellBackFact(taskId: string, found: Resolution): Fact {
  return {
    action: "delegation.fell_back",
    entity_type: "user",
    entity_id: found.owner_id,
    task_id: taskId,
    reason: found.warnings.join(" "),
    detail: { end_id: found.end_id },
  };
}

function peopleOf({ detail }: SealedEntry): string[] {
  return [detail.owner_id, detail.delegate_to].map(String);
}
