import { defineErrors } from "../kernel/errors.ts";

export const policyErrors = defineErrors({
  NOBODY_TO_APPROVE: {
    status: 422,
    message: "A policy demands approvals that nobody is left to give.",
    next: "Ask an admin to add reviewers to the groups or policies named in details.",
  },
});
