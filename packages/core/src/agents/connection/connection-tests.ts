import { performance } from "node:perf_hooks";
import { type Actor, systemActor } from "../../kernel/actor.ts";
import { errors } from "../../kernel/errors.ts";
import type { AgentsDeps } from "../deps.ts";
import { agentErrors } from "../errors.ts";
import { assertOwnerOrAdmin, missingAgent } from "../facts.ts";
import type { AgentConnection } from "../schema.ts";
import { findAgent } from "../store.ts";
import { ACP_CHECKS, checkAcp } from "./acp.ts";
import { CheckFailed, type CheckRun, type Checks, runChecks, verdictOf, waitingChecks } from "./check-run.ts";
import { checkHttp, HTTP_CHECKS } from "./http.ts";
import { checkMcp, MCP_CHECKS } from "./mcp.ts";
import type { ConnectionCheck, ConnectionTest, ConnectionTestInput } from "./schema.ts";
import { claimTest, findTest, forgetTests, insertTest, storeChecks, type TestRow } from "./store.ts";
import { checkWorker, WORKER_CHECKS } from "./worker.ts";

const CHECKS: Record<AgentConnection["kind"], Checks> = {
  acp: ACP_CHECKS,
  mcp: MCP_CHECKS,
  http: HTTP_CHECKS,
  worker: WORKER_CHECKS,
};
const KEY_LIVES_MS = 120_000;

/** Whether an agent can really be reached: asked for here, looked at by a worker, told live. */
export function createConnectionTests(deps: AgentsDeps) {
  const { pool, ids, ledger, clock, log } = deps;
  const stopped = new AbortController();

  function tell(test: ConnectionTest, requestedBy: string): void {
    deps.emitLive({
      event: "agent:connection_test",
      channels: [`user:${requestedBy}`],
      payload: { ...test },
    });
  }

  /** A key of the agent that lives as long as it is used; without an agent there is nobody whose it could be. */
  async function withKey<T>(test: TestRow, agentId: string, use: (key: string) => Promise<T>): Promise<T> {
    const actor: Actor = { ...systemActor("worker"), on_behalf_of: test.requested_by };
    const issued = await ledger.write(actor, async (tx) => {
      const made = await deps.identity.issueKey(tx, {
        holder: { kind: "agent", id: agentId },
        name: "Connection test",
        scopes: null,
        expires_at: new Date(clock.now().getTime() + KEY_LIVES_MS),
        created_by: test.requested_by,
      });
      return { result: made.issued, facts: [made.fact] };
    });
    try {
      return await use(issued.key);
    } finally {
      await deps.identity.apiKeys.revoke({ ...actor, roles: ["admin"] }, issued.id);
    }
  }

  async function look(run: CheckRun, test: TestRow): Promise<void> {
    const { connection, agent_id } = test;
    switch (connection.kind) {
      case "acp":
        return checkAcp(run, connection, stopped.signal);
      case "http":
        return checkHttp(run, connection, { allow: deps.httpAllow }, stopped.signal);
      case "worker":
        return checkWorker(run, { db: pool, agentId: agent_id, publicUrl: deps.publicUrl }, stopped.signal);
      case "mcp":
        return checkMcp(
          run,
          agent_id
            ? { publicUrl: deps.publicUrl, withKey: (use) => withKey(test, agent_id, use) }
            : {
                why: "There is no agent yet whose key could be tried.",
                next: "Make it, and test again from its page.",
              },
        );
    }
  }

  return {
    /**
     * Commands are started for admins only, the rest is looked at for the agent's owner too. FORBIDDEN, NOT_FOUND
     * (agent), TOO_MANY_CONNECTION_TESTS.
     */
    async start(actor: Actor, { connection, agent_id }: ConnectionTestInput): Promise<ConnectionTest> {
      const agent = agent_id ? await findAgent(pool, agent_id) : null;
      if (agent_id && !agent) throw missingAgent();
      if (agent) assertOwnerOrAdmin(actor, agent);
      if ((connection.kind === "acp" || !agent) && !actor.roles.includes("admin")) {
        throw errors.FORBIDDEN({
          message: "Only an admin has a command started, or an address called that no agent has.",
        });
      }
      const checks = waitingChecks(CHECKS[connection.kind]);
      const test = { id: ids.uuid(), requested_by: actor.id, agent_id: agent_id ?? null, connection, checks };
      const fact = {
        ...{ action: "agent.test_requested", entity_type: "agent_connection_test", entity_id: test.id },
        detail: {
          kind: connection.kind,
          agent_id: test.agent_id,
          ...(connection.kind === "acp" && { command: connection.command }),
          ...(connection.kind === "http" && { host: new URL(connection.url).host }),
        },
      };
      const rows = await ledger.commit(actor, [fact], insertTest(test));
      if (rows.length === 0) throw agentErrors.TOO_MANY_CONNECTION_TESTS({ retryAfterSeconds: 20 });
      return { id: test.id, state: "running", ok: null, checks };
    },

    /** One's own. NOT_FOUND. */
    async get(actor: Actor, id: string): Promise<ConnectionTest> {
      const test = await findTest(pool, id);
      if (test?.requested_by !== actor.id) throw errors.NOT_FOUND({ message: "There is no such test." });
      return present(test);
    },

    /** What a worker does for it. Twice is as once. */
    async run(id: string): Promise<void> {
      const test = await claimTest(pool, id);
      if (!test) return;
      const publish = async (checks: ConnectionCheck[], state: ConnectionTest["state"]): Promise<void> => {
        const told = { id, state, ok: state === "done" ? verdictOf(checks) : null, checks };
        await storeChecks(pool, id, told);
        tell(told, test.requested_by);
      };
      const checks = await runChecks(
        CHECKS[test.connection.kind],
        (run) =>
          look(run, test).catch((error: unknown) => {
            if (!(error instanceof CheckFailed))
              log.warn({ err: error, test_id: id }, "a connection test failed");
            throw error;
          }),
        (known) => publish(known, "running"),
        () => performance.now(),
      );
      await publish(checks, "done");
    },

    /** Ends those that run here: their worker stops. */
    stop: () => stopped.abort(new DOMException("The worker stops", "AbortError")),
    forget: () => forgetTests(pool),
  };
}

/** One that is late has failed: nobody waits for what will not come. */
function present({ id, state, ok, checks, overdue }: TestRow): ConnectionTest {
  if (state === "done" || !overdue) return { id, state, ok, checks };
  const open = checks.findIndex((check) => check.state === "waiting" || check.state === "running");
  return {
    ...{ id, state: "done", ok: false },
    checks: checks.map((check, index) => {
      if (index === open) {
        const message = check.state === "running" ? "Its worker was lost." : "No worker took it up.";
        return { ...check, state: "failed", message, next: "See on the system page whether a worker runs." };
      }
      return check.state === "waiting" ? { ...check, state: "skipped" } : check;
    }),
  };
}
