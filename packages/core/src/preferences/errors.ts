import { defineErrors } from "../kernel/errors.ts";

export const preferenceErrors = defineErrors({
  TOO_MANY_VIEWS: {
    status: 409,
    message: "You have as many saved views as one person may have.",
    next: "Remove one that you no longer use.",
  },
});
