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
});
