import { defineErrors } from "../kernel/errors.ts";

export const delegationErrors = defineErrors({
  TOO_MANY_DELEGATIONS: {
    status: 409,
    message: "There are 100 delegations of this person already.",
    next: "Delete those that have ended, or state several patterns in one.",
  },
});
