import type { Pool } from "pg";
import type { AgentsService } from "../../agents/service.ts";
import type { Actor } from "../../kernel/actor.ts";
import type { PreferencesService } from "../../preferences/service.ts";
import type { AgentCard, AgentCards, AgentCardsQuery } from "./schema.ts";

export type AgentCardsDeps = {
  pool: Pool;
  agents: Pick<AgentsService, "list" | "count" | "sparklines">;
  preferences: Pick<PreferencesService, "read">;
};

/** A page of agents as cards, with what each works on and how it was: five queries, however many cards. */
export async function readAgentCards(
  { pool, agents, preferences }: AgentCardsDeps,
  actor: Actor,
  { favourites, ...query }: AgentCardsQuery,
): Promise<AgentCards> {
  const { favourite_agents: marked } = await preferences.read(actor);
  const narrowed = { ...query, ...(favourites && { ids: marked }) };
  const { status: _, page: _page, limit: _limit, cursor: _cursor, sort: _sort, ...counted } = narrowed;
  const [list, { counts, tags }] = await Promise.all([agents.list(actor, narrowed), agents.count(counted)]);
  const [work, sparklines] = await Promise.all([
    readWork(
      pool,
      list.agents.map(({ id }) => id),
    ),
    agents.sparklines(list.agents),
  ]);
  return {
    agents: list.agents.map((agent) => ({
      ...agent,
      sparkline: sparklines.get(agent.id) ?? [],
      ...(work.get(agent.id) ?? { current_task: null, last_run: null }),
      favourite: marked.includes(agent.id),
    })),
    tags,
    counts,
    pagination: list.pagination,
  };
}

type Work = Pick<AgentCard, "current_task" | "last_run">;
type WorkRow = {
  agent_id: string;
  current_task: Work["current_task"];
  ended_id: string | null;
  ended_title: string;
  ended_state: NonNullable<Work["last_run"]>["state"];
  ended_at: Date;
};

/** By the indexes of open tasks (author_id, state) and of an author's tasks (author_id, created_at). */
const WORK = `SELECT wanted.id AS agent_id,
    CASE WHEN open.id IS NULL THEN NULL
      ELSE jsonb_build_object('id', open.id, 'title', open.title, 'state', open.state) END AS current_task,
    ended.id AS ended_id, ended.title AS ended_title, ended.state AS ended_state, ended.at AS ended_at
  FROM unnest($1::uuid[]) AS wanted(id)
  LEFT JOIN LATERAL (SELECT t.id, split_part(t.description, E'\\n', 1) AS title, t.state FROM task t
    WHERE t.author_id = wanted.id AND t.state IN ('SUBMITTED', 'REVIEWING', 'APPROVED', 'APPLYING') AND NOT t.archived
    ORDER BY array_position(ARRAY['APPLYING', 'APPROVED', 'REVIEWING', 'SUBMITTED'], t.state), t.updated_at DESC
    LIMIT 1) open ON true
  LEFT JOIN LATERAL (SELECT t.id, split_part(t.description, E'\\n', 1) AS title, t.state,
      coalesce(t.completed_at, t.state_since) AS at FROM task t
    WHERE t.author_id = wanted.id AND t.state IN ('COMPLETED', 'REJECTED', 'CANCELLED')
    ORDER BY t.created_at DESC LIMIT 1) ended ON true`;

async function readWork(pool: Pool, ids: readonly string[]): Promise<Map<string, Work>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<WorkRow>({ name: "agent-cards-work", text: WORK, values: [ids] });
  return new Map(
    rows.map(({ agent_id, current_task, ended_id, ended_title, ended_state, ended_at }) => [
      agent_id,
      {
        current_task,
        last_run: ended_id
          ? { task_id: ended_id, title: ended_title, state: ended_state, at: ended_at.toISOString() }
          : null,
      },
    ]),
  );
}
