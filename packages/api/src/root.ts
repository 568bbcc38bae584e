import { agentsRouter } from "./routers/agents.ts";
import { approvalsRouter } from "./routers/approvals.ts";
import { auditRouter } from "./routers/audit.ts";
import { commandsRouter } from "./routers/commands.ts";
import { delegationsRouter } from "./routers/delegations.ts";
import { demoRouter } from "./routers/demo.ts";
import { eventsRouter } from "./routers/events.ts";
import { executorsRouter } from "./routers/executors.ts";
import { insightsRouter } from "./routers/insights.ts";
import { locksRouter } from "./routers/locks.ts";
import { notificationsRouter, webhooksRouter } from "./routers/notifications.ts";
import { backlogRouter, onCallRouter } from "./routers/oncall.ts";
import { policiesRouter } from "./routers/policies.ts";
import { preferencesRouter } from "./routers/preferences.ts";
import { resourcesRouter } from "./routers/resources.ts";
import { riskRouter } from "./routers/risk.ts";
import { secretsRouter } from "./routers/secrets.ts";
import { simulate } from "./routers/simulate.ts";
import { systemRouter } from "./routers/system.ts";
import { tasksRouter } from "./routers/tasks.ts";
import { apiKeysRouter, groups, linksRouter, me, usersRouter } from "./routers/users.ts";
import { viewsRouter } from "./routers/views.ts";
import { router } from "./trpc.ts";

/** The whole API: tRPC as it is, REST and its document from the same. */
export const appRouter = router({
  me,
  simulate,
  groups,
  tasks: tasksRouter,
  approvals: approvalsRouter,
  policies: policiesRouter,
  delegations: delegationsRouter,
  resources: resourcesRouter,
  risk: riskRouter,
  executors: executorsRouter,
  commands: commandsRouter,
  locks: locksRouter,
  agents: agentsRouter,
  demo: demoRouter,
  users: usersRouter,
  preferences: preferencesRouter,
  notifications: notificationsRouter,
  webhooks: webhooksRouter,
  secrets: secretsRouter,
  on_call: onCallRouter,
  backlog: backlogRouter,
  links: linksRouter,
  api_keys: apiKeysRouter,
  audit: auditRouter,
  views: viewsRouter,
  insights: insightsRouter,
  events: eventsRouter,
  system: systemRouter,
});
export type AppRouter = typeof appRouter;
