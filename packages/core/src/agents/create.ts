import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Tx } from "../ledger/service.ts";
import type { AgentsDeps } from "./deps.ts";
import { agentErrors } from "./errors.ts";
import { agentFact, assertOwner } from "./facts.ts";
import type { AgentInput, NewAgent } from "./schema.ts";
import { storeVersion } from "./settings/store.ts";
import { insertAgent, readAgent } from "./store.ts";

type Deps = Pick<AgentsDeps, "ledger" | "ids" | "identity">;

/** The agent with all its settings and its first key (which may do and last no more than the one in use), its first version, and its draft's end: all, or nothing of it. */
export function createCreate({ ledger, ids, identity }: Deps) {
  return async (actor: Actor, input: AgentInput): Promise<NewAgent> => {
    const ownerId = input.owner_id ?? actor.id;
    const expires_at = await identity.endOfNewKey(actor, "agent", {});
    return ledger
      .write(actor, async (tx) => {
        await assertOwner(tx, ownerId);
        const name = { equals: input.name, mode: "insensitive" } as const;
        if (await tx.agent.findFirst({ where: { name }, select: { id: true } })) {
          throw agentErrors.AGENT_NAME_TAKEN();
        }
        if (input.draft_id) await endDraft(tx, actor, input.draft_id);
        const id = ids.uuid();
        await insertAgent(tx, id, ownerId, input);
        await storeVersion(tx, { agent_id: id, version: 1, by: actor, task_id: null, fields: [] });
        const { issued, fact } = await identity.issueKey(tx, {
          holder: { kind: "agent", id },
          name: "First key",
          scopes: null,
          expires_at,
          created_by: actor.kind === "user" ? actor.id : null,
        });
        const agent = await readAgent(tx, id);
        if (!agent) throw new Error("The agent just written is not there");
        const detail = {
          owner_id: ownerId,
          connection: input.connection.kind,
          scopes: agent.scopes,
          task_types: agent.task_types,
          version: 1,
        };
        return { result: { agent, api_key: issued.key }, facts: [agentFact("created", id, detail), fact] };
      })
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? agentErrors.AGENT_NAME_TAKEN() : error;
      });
  };
}

async function endDraft(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { count } = await tx.agent_draft.deleteMany({ where: { id, owner_id: actor.id } });
  if (count === 0)
    throw errors.NOT_FOUND({ message: "There is no such draft; it may have been used already." });
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "P2002";
}
