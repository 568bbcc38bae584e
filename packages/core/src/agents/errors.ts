import { defineErrors } from "../kernel/errors.ts";

export const agentErrors = defineErrors({
  AGENT_NAME_TAKEN: {
    status: 409,
    message: "Another agent has this name.",
    next: "Choose another name.",
  },
  AGENT_PAUSED: {
    status: 409,
    message: "This agent is paused.",
    next: "Its owner or an admin can resume it.",
  },
  AGENT_DRAINING: {
    status: 409,
    message: "This agent takes no new work: it is ending what it has.",
    next: "Its owner or an admin can let it take work again.",
  },
  AGENT_TYPE_NOT_ALLOWED: {
    status: 403,
    message: "This agent may not propose tasks of this type.",
    next: "Use one of the types in details, or ask an admin to allow more.",
  },
  AGENT_RESOURCE_NOT_ALLOWED: {
    status: 403,
    message: "This agent may not touch these resources.",
    next: "Leave out the resources in details, or ask an admin to allow more.",
  },
  AGENT_LIMIT_REACHED: {
    status: 429,
    message: "This agent has proposed as much as it may for now.",
    next: "Wait for the seconds named in Retry-After, or ask an admin to raise the limit in details.",
  },
  TOO_MANY_AGENT_DRAFTS: {
    status: 409,
    message: "You have as many unfinished agents as one person may have.",
    next: "Finish or remove one of them.",
  },
  TOO_MANY_AGENT_GRANTS: {
    status: 409,
    message: "This agent has as many grants in force as an agent may have.",
    next: "Revoke one that is no longer needed, or permit the tool in its settings.",
  },
  TOO_MANY_CONNECTION_TESTS: {
    status: 429,
    message: "You are testing as many connections as one person may test at once.",
    next: "Wait until one of them has ended.",
  },
});
