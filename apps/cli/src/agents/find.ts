import type { AgentEntry, Client } from "@ade/client";
import { cliErrors } from "../errors.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An agent by its id, or by its whole name. @throws NOT_FOUND, NO_SUCH_AGENT */
export async function findAgent(client: Client, given: string): Promise<AgentEntry> {
  if (UUID.test(given)) return client.agents.get(given);
  const name = given.toLowerCase();
  for (let page = 1, more = true; more; page += 1) {
    const { agents, pagination } = await client.agents.list({ search: given, limit: 100, page });
    const found = agents.find((agent) => agent.name.toLowerCase() === name);
    if (found) return client.agents.get(found.id);
    more = pagination.has_more;
  }
  throw cliErrors.NO_SUCH_AGENT({ message: `There is no agent ${given}.` });
}
