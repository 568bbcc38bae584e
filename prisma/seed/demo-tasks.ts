import type { TaskConfig } from "@ade/core/executors/schema";
import { taskConfig } from "@ade/core/executors/schema";

/** How far a demo task is taken. */
export type DemoEnd = "draft" | "review" | "half approved" | "applied" | "rejected" | "returned";
export type DemoTask = {
  by: "mia" | "deploy-bot";
  end: DemoEnd;
  config: TaskConfig;
  tags: string[];
  ticket_ref?: string;
  reason?: string;
};

type Ref = { type: string; id: string; namespace: string; actions: string[] };

function file(
  path: string,
  content: string | null,
  description: string,
  resources: Ref[],
  priority = 50,
): TaskConfig {
  return taskConfig.parse({
    type: "configuration.file",
    description,
    resources,
    parameters: { root: "demo", path, content },
    priority,
  });
}
const ref = (type: string, id: string, namespace: string, actions = ["write"]): Ref => ({
  type,
  id,
  namespace,
  actions,
});

/** Tasks at every place of the life of a task, so that no page of the dashboard is empty. */
export const DEMO_TASKS: readonly DemoTask[] = [
  {
    by: "mia",
    end: "applied",
    tags: ["staging"],
    config: file(
      "staging/search.yaml",
      "service: search\nlog_level: debug\n",
      "Log search queries in staging at debug level\n\nWe are looking for the slow synonym expansion.",
      [ref("service", "search", "demo-staging")],
      30,
    ),
  },
  {
    by: "deploy-bot",
    end: "applied",
    tags: ["release"],
    ticket_ref: "REL-204",
    config: file(
      "services/search.yaml",
      "service: search\nimage: search:2.14.0\nreplicas: 4\n",
      "Roll out search 2.14.0\n\nFixes the ranking of discontinued products. Canary ran for 24 h without errors.",
      [ref("service", "search", "demo-prod")],
    ),
  },
  {
    by: "mia",
    end: "rejected",
    tags: ["cleanup"],
    reason: "two_step_login is still read by the mobile apps below 5.2. Please wait for the forced update.",
    config: file("flags/legacy.json", null, "Delete the legacy feature flags\n\nNobody owns them any more.", [
      ref("configuration", "flags", "demo-prod", ["delete"]),
    ]),
  },
  {
    by: "mia",
    end: "returned",
    tags: ["tracing"],
    reason: "Please sample at 10 % first; full tracing doubled the bill in March.",
    config: file(
      "services/checkout.yaml",
      "service: checkout\nreplicas: 6\npool:\n  max_connections: 20\n  idle_timeout_seconds: 30\ntracing: true\n",
      "Trace every checkout request",
      [ref("service", "checkout", "demo-prod")],
    ),
  },
  {
    by: "mia",
    end: "half approved",
    tags: ["security"],
    ticket_ref: "SEC-88",
    config: file(
      "gateway/tls.conf",
      "min_version = 1.3\nciphers = HIGH:!aNULL:!MD5\nhsts = on\n",
      "Require TLS 1.3 at the public gateway\n\nThe audit of October asks for it. 0.4 % of clients still speak 1.2; they get the upgrade page.",
      [ref("network", "gateway", "demo-prod"), ref("service", "storefront", "demo-prod", ["read"])],
      65,
    ),
  },
  {
    by: "deploy-bot",
    end: "review",
    tags: ["capacity"],
    ticket_ref: "OPS-1311",
    config: file(
      "services/checkout.yaml",
      "service: checkout\nreplicas: 9\npool:\n  max_connections: 40\n  idle_timeout_seconds: 30\ntracing: false\n",
      "Raise checkout to 9 replicas and 40 connections\n\nExpected traffic on Friday is 1.6 times last week's. To be undone on Monday.",
      [ref("service", "checkout", "demo-prod")],
      70,
    ),
  },
  {
    by: "mia",
    end: "review",
    tags: ["privacy"],
    ticket_ref: "LEG-17",
    config: file(
      "databases/billing.yaml",
      "database: billing\nretention_days: 90\nbackups: daily\n",
      "Keep billing records for 90 days instead of 365\n\nRows older than that are deleted by the nightly job from tomorrow on.",
      [ref("database", "billing", "demo-prod", ["write", "delete"])],
      80,
    ),
  },
  {
    by: "deploy-bot",
    end: "review",
    tags: ["release"],
    config: file(
      "services/search.yaml",
      "service: search\nimage: search:2.14.1\nreplicas: 4\n",
      "Roll out search 2.14.1\n\nOne-line fix of the facet counts.",
      [ref("service", "search", "demo-prod")],
      40,
    ),
  },
  {
    by: "deploy-bot",
    end: "review",
    tags: ["capacity"],
    config: file(
      "services/storefront.yaml",
      "service: storefront\ncache_seconds: 120\n",
      "Cache storefront pages for two minutes\n\nHalves the load of the catalogue at peak; prices are fetched apart.",
      [ref("service", "storefront", "demo-prod")],
    ),
  },
  {
    by: "mia",
    end: "review",
    tags: ["cost"],
    ticket_ref: "FIN-402",
    config: file(
      "databases/catalogue.yaml",
      "database: catalogue\nreplicas: 2\n",
      "Run the product catalogue on two replicas instead of three",
      [ref("database", "catalogue", "demo-prod")],
      20,
    ),
  },
  {
    by: "mia",
    end: "review",
    tags: ["flags"],
    config: file(
      "flags/checkout.json",
      '{ "one_page": 0.1 }\n',
      "Show the one-page checkout to one visitor in ten",
      [ref("configuration", "flags", "demo-prod")],
    ),
  },
  {
    by: "deploy-bot",
    end: "review",
    tags: ["release"],
    ticket_ref: "REL-207",
    config: file(
      "services/payments-release.yaml",
      "service: payments\nimage: payments:5.8.0\n",
      "Roll out payments 5.8.0\n\nAdds the new acquirer behind a flag that stays off.",
      [ref("service", "payments", "demo-prod", ["write", "execute"])],
      76,
    ),
  },
  {
    by: "mia",
    end: "draft",
    tags: [],
    config: file(
      "services/payments.yaml",
      "service: payments\nretry:\n  attempts: 3\n  backoff_ms: 250\n",
      "Retry card authorisations three times",
      [ref("service", "payments", "demo-prod")],
    ),
  },
];
