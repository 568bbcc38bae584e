import { z } from "zod";
import type { Preview } from "../../executors/schema.ts";
import { type Executor, ExecutorFailure, type Json, unifiedDiff } from "../../executors/service.ts";
import { type Actor, systemActor } from "../../kernel/actor.ts";
import type { AgentsDeps } from "../deps.ts";
import { agentFact } from "../facts.ts";
import { capacity, globs, limits, toolPermissions } from "../schema.ts";
import { findAgent, inOrder, lockAgent } from "../store.ts";
import { changedFields, same } from "./changed-fields.ts";
import {
  type Permissions,
  permissionsOf,
  permissionsText,
  sentenceOf,
  widenings,
} from "./permissions-text.ts";
import { AGENT_SETTINGS_TYPE, type AgentSettingsParameters, agentSettingsParameters } from "./schema.ts";
import { settingsExample, settingsParametersSchema } from "./settings-parameters.ts";
import { storeSettings } from "./store.ts";

/** Raised when the same parameters come to mean something else; approvals given before then no longer hold. */
const VERSION = 1;
/** A whole set as it is kept in a stash; null is everything. */
const whole = z.strictObject({
  tools: toolPermissions.transform(inOrder),
  scopes: globs.nullable(),
  task_types: globs.nullable(),
  capacity,
  limits,
});
const stashShape = z.strictObject({
  agent_id: z.uuid(),
  name: z.string(),
  before: whole,
  after: whole,
});

type Deps = Pick<AgentsDeps, "pool" | "ledger" | "clock">;
type Attempt = { idempotency_key: string; author?: { id: string; name: string }; signal: AbortSignal };

/** Executor of `agent.settings`: changes what an agent is permitted, after people looked at the difference. */
export function createAgentSettingsExecutor({ pool, ledger, clock }: Deps): Executor {
  async function standing(id: string) {
    const agent = await findAgent(pool, id);
    if (!agent?.active) throw new ExecutorFailure("The agent is no longer there.");
    return { agent, now: permissionsOf(agent) };
  }

  /** A task of a person or an agent; whoever applies it only carries it out. */
  async function makerOf({ author }: Attempt): Promise<Pick<Actor, "id" | "name" | "kind">> {
    if (!author) return systemActor("worker");
    const { rowCount } = await pool.query("SELECT 1 FROM agent WHERE id = $1", [author.id]);
    return { ...author, kind: rowCount ? "agent" : "user" };
  }

  /** Brings the agent to `after` if it still is as `before`; `version`, where given, has to be in force. */
  async function bring(
    id: string,
    change: { before: Permissions; after: Permissions; version?: number; happened: string },
    attempt: Attempt,
  ): Promise<number> {
    const by = await makerOf(attempt);
    const task_id = attempt.author ? (attempt.idempotency_key.split(":")[0] ?? null) : null;
    const actor: Actor = {
      ...systemActor("worker"),
      ...(attempt.author && { on_behalf_of: attempt.author.id }),
    };
    return ledger.write(actor, async (tx) => {
      const agent = await lockAgent(tx, id);
      const isStill = agent && same(permissionsOf(agent), change.before);
      if (!isStill || (change.version !== undefined && agent.version !== change.version)) {
        throw changedMeanwhile(change.version, agent?.version);
      }
      attempt.signal.throwIfAborted();
      const fields = changedFields(agent, change.after);
      if (fields.length === 0) return { result: agent.version, facts: [] };
      await storeSettings(tx, {
        ...{ agent_id: id, from_version: agent.version, set: change.after, at: clock.now() },
        ...{ by, task_id, fields },
      });
      const version = agent.version + 1;
      const fact = agentFact(change.happened, id, { version, fields: fields as unknown as Json });
      return { result: version, facts: [{ ...fact, ...(task_id && { task_id }) }] };
    });
  }

  return {
    types: [AGENT_SETTINGS_TYPE],
    title: "Permissions of an agent",
    description: "Changes which tools, resources, task types and limits an agent has.",
    parameters: settingsParametersSchema(),
    example: settingsExample(),
    worst_case: 60,
    volatile: [],
    retry: true,
    cheap_plan: true,

    digest: () => `${AGENT_SETTINGS_TYPE}/${VERSION}`,
    resources: ({ parameters }) => {
      const id = String(parameters.agent_id ?? "");
      return id ? [agentRef(id)] : [];
    },

    async check({ parameters }) {
      const read = agentSettingsParameters.safeParse(parameters);
      if (!read.success) {
        return read.error.issues.map(({ path, message }) => ({
          field: ["config", "parameters", ...path].join("."),
          issue: message,
        }));
      }
      const agent = await findAgent(pool, read.data.agent_id);
      return agent?.active ? [] : [{ field: "config.parameters.agent_id", issue: "names no agent in use" }];
    },

    async plan(config, context) {
      const { agent_id, version, set } = agentSettingsParameters.parse(config.parameters);
      const { agent, now } = await standing(agent_id);
      context.signal.throwIfAborted();
      const after = merged(now, set);
      const isDone = same(now, after);
      return {
        valid: agent.version === version && !isDone,
        ...shown(agent, now, after),
        errors: [
          ...(agent.version === version ? [] : [changedMeanwhile(version, agent.version).message]),
          ...(isDone && agent.version === version ? ["The agent is permitted exactly this already."] : []),
        ],
        affected_services: [],
      };
    },

    async stash(config) {
      const { agent_id, set } = agentSettingsParameters.parse(config.parameters);
      const { agent, now } = await standing(agent_id);
      return { agent_id, name: agent.name, before: now, after: merged(now, set) } as unknown as Json;
    },

    async apply(config, context) {
      const { agent_id, version, set } = agentSettingsParameters.parse(config.parameters);
      const { agent, now } = await standing(agent_id);
      const kept = context.stash === undefined ? null : stashShape.parse(context.stash);
      const before = kept?.before ?? now;
      const after = kept?.after ?? merged(now, set);
      if (same(now, after) && !same(before, after)) {
        return { output: `${agent.name} is permitted exactly this already.\n` };
      }
      context.report({ percent: 10, message: `Changing ${agent.name}` });
      context.signal.throwIfAborted();
      const made = await bring(
        agent_id,
        { before, after, version, happened: "permissions_changed" },
        context,
      );
      context.report({ percent: 100, message: `${agent.name} has version ${made}` });
      const output = `${sentenceOf(agent.name, after)}\nVersion ${made}.\n`;
      context.output(output);
      return { output };
    },

    async inspect(json) {
      const { agent_id, before, after } = stashShape.parse(json);
      const { now } = await standing(agent_id);
      if (same(now, before)) return "untouched";
      return same(now, after) ? "done" : "foreign";
    },

    async planRollback(json) {
      const { agent_id, name, before, after } = stashShape.parse(json);
      return shown({ id: agent_id, name }, after, before);
    },

    async rollback(json, context) {
      const { agent_id, name, before, after } = stashShape.parse(json);
      context.signal.throwIfAborted();
      const { now } = await standing(agent_id);
      if (same(now, before)) return { output: `${name} is permitted what it was.\n` };
      const change = { before: after, after: before, happened: "permissions_restored" };
      const version = await bring(agent_id, change, context);
      return { output: `${sentenceOf(name, before)}\nVersion ${version}.\n` };
    },
  };
}

function agentRef(id: string) {
  return { type: "agent" as const, id, scope: "instance" as const, actions: ["write" as const] };
}

/** A change of permissions for whoever reviews it: both sides, their difference, and what becomes wider. */
function shown(
  { id, name }: { id: string; name: string },
  before: Permissions,
  after: Permissions,
): Pick<Preview, "changes" | "warnings"> {
  return {
    changes: [
      {
        resource: { ...agentRef(id), name },
        action: "update",
        before: { sentence: sentenceOf(name, before), ...before },
        after: { sentence: sentenceOf(name, after), ...after },
        diff: unifiedDiff(`agents/${name}`, permissionsText(name, before), permissionsText(name, after)),
      },
    ],
    warnings: widenings(before, after),
  };
}

function merged(now: Permissions, set: AgentSettingsParameters["set"]): Permissions {
  const given = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
  return permissionsOf({ ...now, ...(given as Partial<Permissions>) });
}

function changedMeanwhile(from: number | undefined, version: number | undefined): ExecutorFailure {
  return new ExecutorFailure(
    from === undefined || version === undefined || from === version
      ? "What the agent is permitted was changed by somebody else; nothing was overwritten."
      : `The agent has version ${version} by now, and this was made from version ${from}: look at it and propose it again.`,
  );
}
