import { agentPermissions } from "./agents/permissions.ts";
import { approvalPermissions } from "./approvals/permissions.ts";
import { delegationPermissions } from "./delegations/permissions.ts";
import { demoPermissions } from "./demo/permissions.ts";
import { executorPermissions } from "./executors/permissions.ts";
import { buildMatrix } from "./identity/matrix.ts";
import { identityPermissions } from "./identity/permissions.ts";
import { ledgerPermissions } from "./ledger/permissions.ts";
import { lockPermissions } from "./locks/permissions.ts";
import { notificationPermissions } from "./notifications/permissions.ts";
import { onCallPermissions } from "./oncall/permissions.ts";
import { policyPermissions } from "./policies/permissions.ts";
import { preferencePermissions } from "./preferences/permissions.ts";
import { resourcePermissions } from "./resources/permissions.ts";
import { riskPermissions } from "./risk/permissions.ts";
import { secretPermissions } from "./secrets/permissions.ts";
import { taskPermissions } from "./tasks/permissions.ts";
import { toolCallPermissions } from "./tool-calls/permissions.ts";
import { viewPermissions } from "./views/permissions.ts";

/** The permission matrix of the product: the rows of all slices. A procedure without a row here cannot be called. */
export function joinPermissions() {
  return buildMatrix([
    ledgerPermissions,
    identityPermissions,
    resourcePermissions,
    preferencePermissions,
    notificationPermissions,
    onCallPermissions,
    riskPermissions,
    policyPermissions,
    delegationPermissions,
    lockPermissions,
    executorPermissions,
    secretPermissions,
    agentPermissions,
    taskPermissions,
    approvalPermissions,
    toolCallPermissions,
    viewPermissions,
    demoPermissions,
  ]);
}
