import type { ApiKeyInput, ApiKeyList, ListApiKeysQuery, NewApiKey } from "../identity/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import type { CodedError } from "../kernel/errors.ts";
import { compileGlob, compileNameGlob } from "../resources/service.ts";
import { createCatalogue } from "./catalogue/catalogue.ts";
import type { AgentCatalogue } from "./catalogue/schema.ts";
import { createConnectionTests } from "./connection/connection-tests.ts";
import { createCreate } from "./create.ts";
import type { AgentsDeps, Db } from "./deps.ts";
import { createDrafts } from "./drafts/drafts.ts";
import { agentErrors } from "./errors.ts";
import { fileOf } from "./export.ts";
import { assertMayRead, assertOwnerOrAdmin, missingAgent } from "./facts.ts";
import { createGrants } from "./grants/grants.ts";
import { grantRefusal, peopleBehind } from "./grants/may-grant.ts";
import { grantsInForce } from "./grants/store.ts";
import { createAnnounce } from "./health/announce.ts";
import { createHealth } from "./health/heartbeat.ts";
import type { AgentHealth } from "./health/schema.ts";
import { forgetHealth } from "./health/store.ts";
import { holdRates } from "./hold-rates.ts";
import { createAgentKeys } from "./keys.ts";
import { type AgentsQuery, countAgents, listAgents } from "./listing.ts";
import { mayPropose, type Verdict } from "./may-propose.ts";
import { type Rate, ratesFor } from "./rates.ts";
import type {
  AgentEntry,
  AgentFile,
  AgentInput,
  AgentList,
  AgentPatch,
  AgentSettings,
  AgentStatus,
  AgentSummary,
  HeartbeatAnswer,
  HeartbeatInput,
  NewAgent,
} from "./schema.ts";
import { createConfigure } from "./settings/configure.ts";
import { createEnsurePolicy } from "./settings/ensure-policy.ts";
import type { AgentHistory, AgentHistoryQuery } from "./settings/schema.ts";
import { listVersions } from "./settings/store.ts";
import { findAgent } from "./store.ts";
import { summarise } from "./summary.ts";
import { type ToolCall, type ToolVerdict, toolVerdict } from "./tool-verdict.ts";
import { createUpdate } from "./update.ts";

// What slices above need of this one besides its commands: a door is one file.
export { grantFact } from "./grants/grants.ts";
export { type Behind, grantRefusal, peopleBehind } from "./grants/may-grant.ts";
export { countGrantHit, grantRow, grantsInForce, MAX_GRANTS, type NewGrant } from "./grants/store.ts";
export type { AgentsQuery } from "./listing.ts";
export { TOOL_CALL_TYPE } from "./may-propose.ts";
export { agentProjections } from "./projections.ts";
export { countedAs, type Rate } from "./rates.ts";
export { createAgentSettingsExecutor } from "./settings/settings-executor.ts";
export { type ToolCall, type ToolVerdict, touchedBy } from "./tool-verdict.ts";

export type AgentsService = {
  /** The agent and its key, shown this once; both or neither. AGENT_NAME_TAKEN, VALIDATION_ERROR (owner), NOT_FOUND (draft), KEY_EXCEEDS_RIGHTS. */
  create(actor: Actor, input: AgentInput): Promise<NewAgent>;
  /** Agents in use; an agent sees itself. */
  list(actor: Actor, query: AgentsQuery): Promise<AgentList>;
  /** How many there are of each status where the list is narrowed like this, and all tags. */
  count(
    query: Parameters<typeof countAgents>[1],
  ): Promise<{ counts: Record<AgentStatus, number>; tags: string[] }>;
  /** NOT_FOUND; FORBIDDEN for an agent that asks for another. */
  get(actor: Actor, id: string): Promise<AgentEntry>;
  /** Owner: `paused` and `draining`; admin: all. Handing it over revokes its keys. NOT_FOUND, FORBIDDEN, VALIDATION_ERROR (owner). */
  update(actor: Actor, id: string, patch: AgentPatch): Promise<AgentEntry>;
  /** What needs no review, by owner or admin. NOT_FOUND, FORBIDDEN, CONFLICT (another version). */
  configure(actor: Actor, id: string, version: number, set: AgentSettings): Promise<AgentEntry>;
  /** The versions of its settings, newest first. NOT_FOUND, FORBIDDEN. */
  history(actor: Actor, query: AgentHistoryQuery): Promise<AgentHistory>;
  /** What it may do on its own, what needs a person, and what it never may. NOT_FOUND, FORBIDDEN. */
  summary(actor: Actor, id: string): Promise<AgentSummary>;
  /** All its settings as a file, without key and id; by owner or admin. NOT_FOUND, FORBIDDEN. */
  export(actor: Actor, id: string): Promise<AgentFile>;
  catalogue(): Promise<AgentCatalogue>;
  /** CONFLICT where somebody else replaced it meanwhile. */
  setCatalogue(actor: Actor, catalogue: AgentCatalogue): Promise<AgentCatalogue>;
  drafts: ReturnType<typeof createDrafts>;
  keys: {
    list(actor: Actor, id: string, query: Omit<ListApiKeysQuery, "principal_id">): Promise<ApiKeyList>;
    create(actor: Actor, id: string, input: ApiKeyInput): Promise<NewApiKey>;
    revoke(actor: Actor, id: string, keyId: string): Promise<void>;
  };
  grants: ReturnType<typeof createGrants>;
  /** Tries whether an agent can be reached; `run` is a worker's job. */
  tests: ReturnType<typeof createConnectionTests>;
  /** By the agent's own key: FORBIDDEN for anyone else. Not in the ledger: nothing is decided by it. */
  heartbeat(actor: Actor, id: string, input: HeartbeatInput): Promise<HeartbeatAnswer>;
  /** How it was, in quarters of an hour. NOT_FOUND, FORBIDDEN. */
  health(actor: Actor, id: string, hours: number): Promise<AgentHealth>;
  /** The last 24 h of these agents in half hours, oldest first. */
  sparklines(agents: readonly Pick<AgentEntry, "id" | "status">[]): Promise<Map<string, AgentStatus[]>>;
  /**
   * Throws AGENT_PAUSED, AGENT_DRAINING, AGENT_TYPE_NOT_ALLOWED or AGENT_RESOURCE_NOT_ALLOWED; NOT_FOUND. `begun`: the
   * task is one that it has already, which an agent that drains may end. Answers the rates of its limits that a new
   * task of this type falls under, for `holdRates`.
   */
  mayPropose(
    agentId: string,
    type: string,
    keys: readonly string[],
    options?: { begun: boolean },
  ): Promise<Rate[]>;
  /** In the transaction of a proposal, with what `mayPropose` answered. AGENT_LIMIT_REACHED. */
  holdRates(db: Db, agentId: string, rates: readonly Rate[]): Promise<void>;
  /**
   * Whether a call of a tool needs a person; a grant that let it pass is counted by `countGrantHit`. No grant counts
   * that was given by somebody behind the agent as it is now, or by one of `makers`, who are behind this call. Without
   * `makers` no grant does: only the agent's settings are asked. NOT_FOUND.
   */
  toolVerdict(
    db: Db,
    call: ToolCall & { agent_id: string },
    makers: readonly string[] | null,
  ): Promise<ToolVerdict>;
  /** Tells who fell silent within the last seconds; a worker calls it that often. Answers how many. */
  announceStale(withinSeconds: number): Promise<number>;
  /** Makes the policy for changes of permissions that ships, once. */
  ensurePolicy(): Promise<void>;
  /** A worker's round: what is older than anybody asks for. */
  forget(): Promise<void>;
};

const MATCHERS = { type: compileNameGlob, name: compileNameGlob, key: compileGlob };

/** Programs with an identity, an owner, settings, limits and a health of their own. */
export function createAgentsService(deps: AgentsDeps): AgentsService {
  const { pool, prisma } = deps;
  const announce = createAnnounce(deps.emitLive);
  const catalogue = createCatalogue(deps);
  const drafts = createDrafts(deps, catalogue);
  const health = createHealth(deps, announce);
  const tests = createConnectionTests(deps);

  async function get(actor: Actor, id: string): Promise<AgentEntry> {
    assertMayRead(actor, id);
    const agent = await findAgent(pool, id);
    if (!agent) throw missingAgent();
    return agent;
  }

  return {
    create: createCreate(deps),
    list: (actor, query) => listAgents(pool, query, actor.kind === "agent" ? actor.id : null),
    count: (query) => countAgents(pool, query),
    get,
    update: createUpdate(deps, announce),
    configure: createConfigure(deps),
    async history(actor, query) {
      await get(actor, query.id);
      return listVersions(pool, query);
    },
    async summary(actor, id) {
      const [agent, { tools }] = await Promise.all([get(actor, id), catalogue.read()]);
      return summarise({ ...agent, max_tasks: agent.capacity.max_tasks }, tools);
    },
    async export(actor, id) {
      const agent = await get(actor, id);
      assertOwnerOrAdmin(actor, agent);
      return fileOf(agent);
    },
    catalogue: catalogue.read,
    setCatalogue: catalogue.replace,
    drafts,
    keys: createAgentKeys(deps),
    grants: createGrants(deps),
    tests,
    heartbeat: health.heartbeat,
    async health(actor, id, hours) {
      assertMayRead(actor, id);
      return health.history(id, hours);
    },
    sparklines: health.sparklines,

    async mayPropose(agentId, type, keys, options) {
      const agent = await prisma.agent.findUnique({
        where: { id: agentId },
        select: {
          ...{ paused: true, draining: true, active: true },
          ...{ typed: true, task_types: true, scoped: true, scopes: true, limits: true },
        },
      });
      if (!agent?.active) throw missingAgent();
      const allowance = {
        paused: agent.paused,
        draining: agent.draining,
        task_types: agent.typed ? agent.task_types : null,
        scopes: agent.scoped ? agent.scopes : null,
      };
      const verdict = mayPropose(allowance, type, keys, MATCHERS, options?.begun);
      const refusal = refusalOf(verdict, allowance.task_types);
      if (refusal) throw refusal;
      return ratesFor(type, agent.limits as AgentEntry["limits"]);
    },
    holdRates,

    async toolVerdict(db, { agent_id, ...call }, makers) {
      const agent = await findAgent(db, agent_id);
      if (!agent?.active) throw missingAgent();
      const given = makers === null ? [] : await grantsInForce(db, agent_id);
      const behind = given.length === 0 ? null : await peopleBehind(db, agent_id);
      const grants = given.filter(
        ({ granted_by }) => behind && !makers?.includes(granted_by) && !grantRefusal(granted_by, behind),
      );
      return toolVerdict(agent.tools, grants, call, MATCHERS);
    },

    announceStale: health.announceStale,
    ensurePolicy: createEnsurePolicy(deps),
    async forget() {
      await forgetHealth(pool);
      await drafts.forget();
      await tests.forget();
    },
  };
}

function refusalOf(verdict: Verdict, taskTypes: readonly string[] | null): CodedError | null {
  if (verdict.ok) return null;
  switch (verdict.why) {
    case "paused":
      return agentErrors.AGENT_PAUSED();
    case "draining":
      return agentErrors.AGENT_DRAINING();
    case "type":
      return agentErrors.AGENT_TYPE_NOT_ALLOWED({ details: { task_types: taskTypes } });
    case "resources":
      return agentErrors.AGENT_RESOURCE_NOT_ALLOWED({ details: { resources: verdict.keys } });
  }
}
