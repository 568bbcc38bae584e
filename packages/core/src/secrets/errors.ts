import { defineErrors } from "../kernel/errors.ts";

export const secretErrors = defineErrors({
  SECRET_EXISTS: {
    status: 409,
    message: "There is a secret with this name already.",
    next: "Add a new version to it, or choose another name.",
  },
  SECRET_MISSING: {
    status: 422,
    message: "The task names a secret that has no value.",
    next: "Correct the reference, or ask an admin to add the secret.",
  },
  SECRET_NOT_ALLOWED: {
    status: 403,
    message: "The task names a secret that it may not use.",
    next: "Use another secret, or ask an admin to allow this type and these resources.",
  },
  SECRET_UNREADABLE: {
    status: 503,
    message: "A secret that the task names cannot be read.",
    next: "Ask an admin to enter its value anew, or to start with the ADE_SECRET that it was sealed under.",
  },
});
