import type { CreateTask } from "@ade/client";

/** A change that the simulated agent proposes, and what it would be content with where people say no. */
export type DemoChange = {
  /** What it says before it proposes it. */
  intent: string;
  task: CreateTask;
  /** The same, smaller: proposed once, after a refusal. */
  smaller?: CreateTask;
};

type Resource = CreateTask["config"]["resources"][number];

function file(path: string, content: string, description: string, resource: Resource): CreateTask {
  return {
    config: {
      ...{ type: "configuration.file", description, resources: [resource] },
      parameters: { root: "demo", path, content },
    },
    metadata: { tags: ["simulated"] },
  };
}

const service = (id: string, namespace: string): Resource => ({
  type: "service",
  id,
  namespace,
  actions: ["write"],
});

/** The resource that it looks at first, and locks meanwhile. */
export const LOOKED_AT = "service:demo-staging/search";

/** Its proposals, each riskier than the one before. `stamp` makes those of one run differ from those of the last. */
export function changesOf(stamp: string): readonly DemoChange[] {
  const note = `# tuned by the simulated agent, ${stamp}\n`;
  return [
    {
      intent:
        "I make the search in staging log less. A policy lets small changes in staging pass by themselves.",
      task: file(
        "staging/search.yaml",
        `${note}service: search\nlog_level: info\n`,
        "Log search queries in staging at info level\n\nDebug logs are no longer needed.",
        service("search", "demo-staging"),
      ),
    },
    {
      intent:
        "I want the assistant to answer more freely. No policy knows this namespace, so any reviewer may decide.",
      task: file(
        "lab/assistant.yaml",
        `${note}assistant:\n  temperature: 0.9\n  max_answers: 5\n`,
        "Let the assistant answer more freely\n\nAnswers were found too dry. Reject it once and see what I do.",
        service("assistant", "demo-lab"),
      ),
      smaller: file(
        "lab/assistant.yaml",
        `${note}assistant:\n  temperature: 0.5\n  max_answers: 5\n`,
        "Let the assistant answer a little more freely\n\nHalf of what I asked for before.",
        service("assistant", "demo-lab"),
      ),
    },
    {
      intent: "Now production: more replicas for the search. Site reliability has to agree.",
      task: file(
        "services/search.yaml",
        `${note}service: search\nimage: search:2.14.1\nreplicas: 8\n`,
        "Run the search on 8 replicas\n\nTraffic doubles on Friday.",
        service("search", "demo-prod"),
      ),
      smaller: file(
        "services/search.yaml",
        `${note}service: search\nimage: search:2.14.1\nreplicas: 5\n`,
        "Run the search on 5 replicas\n\nOne more than today, instead of twice as many.",
        service("search", "demo-prod"),
      ),
    },
  ];
}

/** A dangerous tool that it asks to use; it runs nothing. */
export const TOOL_CALL: CreateTask = {
  config: {
    type: "agent.tool_call",
    description: "Delete the search's cache in staging",
    resources: [{ type: "service", id: "run_command", namespace: "tools", actions: ["execute"] }],
    parameters: {
      ...{ tool: "run_command", kind: "execute", title: "rm -r /var/cache/search" },
      arguments: { command: "rm", args: ["-r", "/var/cache/search"] },
    },
    rollback_strategy: "none",
  },
  metadata: { tags: ["simulated"] },
};
