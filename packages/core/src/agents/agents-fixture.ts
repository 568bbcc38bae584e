import { ORIGIN, openIdentity, SYSTEM, type TestIdentity } from "../identity/identity-fixture.ts";
import type { Actor, Role } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import type { EventDraft } from "../ledger/schema.ts";
import { createPolicyService } from "../policies/service.ts";
import { agentInput, type NewAgent } from "./schema.ts";
import { type AgentsService, createAgentsService } from "./service.ts";

export type TestAgents = TestIdentity & {
  agents: AgentsService;
  /** Live events, in the order in which they went out. */
  sent: EventDraft[];
  actorOf(...roles: Role[]): Promise<Actor>;
  /** A new agent of this admin, with the actor that its first key makes. */
  agent(admin: Actor, more?: object): Promise<NewAgent & { id: string; name: string; self: Actor }>;
  /** Moves the last heartbeat back, as if that much time had passed. */
  silence(id: string, seconds: number): Promise<unknown>;
};

/** The slice on a database of its own. */
export async function openAgents(options: { clock?: Clock; httpAllow?: string } = {}): Promise<TestAgents> {
  const db = await openIdentity(options);
  const sent: EventDraft[] = [];
  const agents = createAgentsService({
    ...db,
    policies: createPolicyService({ ...db, directory: async () => ({ people: [], groups: [] }) }),
    emitLive: (event) => sent.push(event),
    publicUrl: ORIGIN,
    httpAllow: options.httpAllow ?? "",
  });
  let made = 0;
  return {
    ...db,
    agents,
    sent,
    async actorOf(...roles) {
      const { id, name } = await db.person(roles);
      return { ...SYSTEM, kind: "user", id, name, roles };
    },
    async agent(admin, more = {}) {
      made += 1;
      const input = agentInput.parse({ name: `robot-${made}`, connection: { kind: "worker" }, ...more });
      const created = await agents.create(admin, input);
      const { id, name } = created.agent;
      return { ...created, id, name, self: await db.actor({ key: created.api_key }) };
    },
    silence: (id, seconds) =>
      db.pool.query("UPDATE agent SET last_heartbeat_at = now() - make_interval(secs => $2) WHERE id = $1", [
        id,
        seconds,
      ]),
  };
}
