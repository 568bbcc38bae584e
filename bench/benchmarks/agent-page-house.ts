import { agentInput } from "@ade/core/agents/schema";
import { newPerson, openCore } from "../frame/cores.ts";
import { startDashboard } from "../frame/product-processes.ts";
import { createRestClient } from "../frame/rest-client.ts";
import type { Servers } from "../frame/servers.ts";

const BEAT_EVERY_MS = 10_000;
const MADE_AT_ONCE = 20;
const CONNECTIONS = 16;

/** A dashboard over many agents that say every ten seconds that they live. */
export type AgentPageHouse = {
  url: string;
  /** One more heartbeat of that agent; resolves when it is stored. */
  beat: (at: number, active_tasks: number) => Promise<void>;
  nameOf: (at: number) => string;
  stop: () => Promise<void>;
};

export async function openAgentPageHouse(servers: Servers, count: number): Promise<AgentPageHouse> {
  const place = {
    databaseUrl: await servers.newDatabase(),
    redisUrl: await servers.newRedis(),
    dataDir: servers.folder("agent-page"),
  };
  const { core, close } = await openCore({ ...place, poolSize: 8 });
  const api = await startDashboard({ ...place, poolSize: 8 });
  const admin = await newPerson(core, "Maker", ["admin"]);
  const nameOf = (at: number) => `agent ${String(at).padStart(4, "0")}`;
  const made: { id: string; key: string }[] = [];
  while (made.length < count) {
    const batch = Array.from({ length: Math.min(MADE_AT_ONCE, count - made.length) }, (_, offset) => {
      const at = made.length + offset;
      const agent = { name: nameOf(at), tags: [`fleet-${at % 7}`], connection: { kind: "worker" as const } };
      return core.agents.create(admin, agentInput.parse(agent));
    });
    for (const { agent, api_key } of await Promise.all(batch)) made.push({ id: agent.id, key: api_key });
  }
  const rest = createRestClient(api.url, CONNECTIONS);
  const given = new Map<number, number>();
  const beat = async (at: number, active_tasks: number): Promise<void> => {
    const { id, key } = made[at]!;
    given.set(at, active_tasks);
    await rest.post(key, `/agents/${id}/heartbeat`, { active_tasks });
  };
  let turn = 0;
  const timer = setInterval(() => {
    const at = turn % count;
    turn += 1;
    // Each works on as many tasks as before, so that what is seen to change is what was made to change.
    void beat(at, given.get(at) ?? at % 3).catch(() => undefined);
  }, BEAT_EVERY_MS / count);

  return {
    url: api.url.origin,
    beat,
    nameOf,
    async stop() {
      clearInterval(timer);
      rest.close();
      await close();
      await api.stop();
    },
  };
}
