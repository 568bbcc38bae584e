import { type AgentInput, agentInput } from "@ade/core/agents/schema";
import type { AgentsService } from "@ade/core/agents/service";
import type { Actor } from "@ade/core/kernel/actor";

type DemoAgent = {
  /** First name of who answers for it. */
  owner: "mia" | "ravi" | "sam" | "ada";
  input: AgentInput;
  /** What people set; nobody beats for them, so the rest of their status is what it is. */
  set?: { paused?: true; draining?: true };
};

const allow = (...names: string[]) => names.map((name) => ({ name, permission: "allow" as const }));
const ask = (...names: string[]) => names.map((name) => ({ name, permission: "ask" as const }));
const deny = (...names: string[]) => names.map((name) => ({ name, permission: "deny" as const }));
const agent = (owner: DemoAgent["owner"], input: object, set?: DemoAgent["set"]): DemoAgent => ({
  owner,
  input: agentInput.parse(input),
  ...(set && { set }),
});

/** Agents as a company has them after a year: each way to be reached, each kind of limit, some put aside. */
export const DEMO_AGENTS: readonly DemoAgent[] = [
  agent("ada", {
    name: "deploy-bot",
    description: "Rolls out releases that passed their canary.",
    tags: ["release", "production"],
    connection: { kind: "worker", queue: "releases" },
    provider: "Self-hosted",
    model: "qwen-coder",
    instructions:
      "You roll out releases. Propose one task for each environment, staging first. Name the version, what is in it, and how to go back. Watch errors and latency for ten minutes after each step.\n",
    memory_blocks: [
      { label: "Release calendar", value: "No releases on Fridays after 14:00 UTC.", read_only: true },
      { label: "Last rollback", value: "search 2.13.9, because of the facet counts.", limit: 2000 },
    ],
    tools: [
      ...allow("read_logs", "git_status"),
      ...ask("deploy", "restart_service"),
      ...deny("sql_execute", "read_secret"),
    ],
    limits: { tasks_per_hour: 20 },
    capacity: { max_tasks: 10 },
  }),
  agent("mia", {
    name: "checkout-assistant",
    description:
      "Works beside the checkout team in its repository: reads freely, asks before it changes anything.",
    tags: ["coding", "checkout"],
    connection: { kind: "acp", command: "checkout-agent", args: ["--acp"] },
    provider: "Anthropic",
    model: "claude-sonnet",
    instructions:
      "You help the checkout team. Read before you write. Keep changes small and tested. Money is in minor units everywhere.\n",
    memory_blocks: [
      {
        label: "House style",
        value: "No floating point for money. Tests beside the files.",
        read_only: true,
      },
    ],
    tools: [
      ...allow("read_file", "list_files", "search", "git_status", "run_tests"),
      ...ask("edit_file", "create_file", "run_command", "git_commit"),
      ...deny("git_push", "deploy", "read_secret"),
    ],
    scopes: ["service:demo-prod/checkout", "service:demo-staging/*", "configuration:*"],
    task_types: ["agent.tool_call", "configuration.file"],
    capacity: { max_tasks: 3 },
    limits: { tool_calls_per_hour: 200, usd_per_day: 20 },
    parameters: { temperature: 0.2, max_tokens: 32_000, context_window: 200_000 },
  }),
  agent("ravi", {
    name: "incident-helper",
    description: "Collects what is known about an alarm and proposes the smallest step that would help.",
    tags: ["on-call", "production"],
    connection: { kind: "mcp" },
    provider: "OpenAI",
    model: "gpt-5",
    instructions:
      "You help whoever is on call. Collect: since when, what changed before it, what else behaves differently. Propose one step and how to take it back.\n",
    memory_blocks: [
      { label: "Runbooks", value: "checkout: drain first. search: restart is safe.", limit: 8000 },
    ],
    tools: [...allow("read_logs", "git_status"), ...ask("restart_service", "sql_query"), ...deny("deploy")],
    scopes: ["service:demo-prod/*"],
    limits: { tasks_per_hour: 10 },
    capacity: { max_tasks: 5 },
  }),
  agent("sam", {
    name: "dependency-warden",
    description: "Opens a pull request for each vulnerable dependency, and none for anything else.",
    tags: ["security", "coding"],
    connection: { kind: "http", url: "https://warden.example.com/run" },
    provider: "Google",
    model: "gemini-flash",
    instructions:
      "You update vulnerable dependencies. One dependency, one pull request, with the advisory's number.\n",
    tools: [
      ...allow("read_file", "search", "web_search"),
      ...ask("open_pull_request", "install_package"),
      ...deny("merge_pull_request", "git_push", "run_command"),
    ],
    scopes: ["configuration:*"],
    capacity: { max_tasks: 2 },
    limits: { pull_requests_per_day: 5 },
    parameters: { temperature: 0 },
  }),
  agent("ada", {
    name: "numbers",
    description: "Answers questions of the finance team from read-only data.",
    tags: ["data"],
    connection: { kind: "mcp" },
    provider: "Mistral",
    model: "mistral-large",
    instructions:
      "You answer from data. Say the question, the query, the answer with its units, and how sure you are.\n",
    tools: [...allow("sql_query"), ...deny("sql_execute", "http_request", "send_message")],
    scopes: ["database:demo-prod/catalogue"],
    task_types: [],
    capacity: { max_tasks: 1 },
  }),
  agent(
    "ravi",
    {
      name: "capacity-planner",
      description: "Raises and lowers replicas with the traffic that is expected.",
      tags: ["capacity", "production"],
      connection: { kind: "worker" },
      tools: [...allow("read_logs"), ...ask("deploy")],
      scopes: ["service:demo-prod/*"],
      task_types: ["configuration.file"],
      capacity: { max_tasks: 4 },
      limits: { tasks_per_hour: 6 },
    },
    { draining: true },
  ),
  agent(
    "sam",
    {
      name: "secret-rotator",
      description: "Rotates credentials on their day. Paused until the new vault is in place.",
      tags: ["security", "production"],
      connection: { kind: "worker", queue: "security" },
      tools: [...ask("read_secret", "restart_service"), ...deny("send_message")],
      scopes: ["secret:*"],
      capacity: { max_tasks: 1 },
    },
    { paused: true },
  ),
  agent("mia", {
    name: "docs-gardener",
    description: "Keeps guides in step with the code that they describe.",
    tags: ["docs", "coding"],
    connection: { kind: "acp", command: "gardener", args: ["serve", "--stdio"] },
    provider: "Anthropic",
    model: "claude-haiku",
    instructions: "You keep guides true. Change words only where the code says something else.\n",
    tools: [
      ...allow("read_file", "search", "edit_file"),
      ...ask("git_commit"),
      ...deny("delete_file", "git_push"),
    ],
    task_types: ["agent.tool_call"],
    scopes: ["configuration:default/docs/*"],
    capacity: { max_tasks: 2 },
    parameters: { temperature: 0.4 },
  }),
];

/**
 * Makes those that are not there yet, by an admin, for their owners. Answers the one that proposes the demo's tasks.
 */
export async function makeAgents(
  agents: AgentsService,
  admin: Actor,
  people: ReadonlyMap<string, Actor>,
): Promise<{ id: string; name: string; owner_id: string }> {
  const known = await agents.list(admin, { page: 1, limit: 100 });
  const byName = new Map(known.agents.map((each) => [each.name, each]));
  for (const { owner, input, set } of DEMO_AGENTS) {
    if (byName.has(input.name)) continue;
    const { agent: made } = await agents.create(admin, { ...input, owner_id: people.get(owner)!.id });
    byName.set(made.name, made);
    if (set) await agents.update(people.get(owner)!, made.id, set);
  }
  await keepBusy(agents, people, byName);
  return byName.get("deploy-bot")!;
}

/** A change of settings and a grant, so that history and grants are not empty. */
async function keepBusy(
  agents: AgentsService,
  people: ReadonlyMap<string, Actor>,
  byName: ReadonlyMap<string, { id: string; version: number }>,
): Promise<void> {
  const assistant = byName.get("checkout-assistant")!;
  const admin = people.get("ada")!;
  if (assistant.version === 1) {
    await agents.configure(people.get("mia")!, assistant.id, 1, {
      parameters: { temperature: 0.1, max_tokens: 32_000, context_window: 200_000 },
      tags: ["coding", "checkout", "pilot"],
    });
  }
  if ((await agents.grants.list(admin, assistant.id)).length === 0) {
    // Nobody was told the key that it came with; while it lives, whoever made it grants the agent nothing.
    const { api_keys } = await agents.keys.list(admin, assistant.id, { page: 1, limit: 100 });
    for (const key of api_keys) {
      if (!key.revoked_at) await agents.keys.revoke(admin, assistant.id, key.id);
    }
    await agents.grants.create(admin, assistant.id, {
      tool: "git_commit",
      resources: ["service:demo-staging/*"],
      expires_in_days: 30,
    });
  }
}
