import { defineErrors } from "../kernel/errors.ts";

export const identityErrors = defineErrors({
  EMAIL_TAKEN: {
    status: 409,
    message: "Somebody already has this address.",
    next: "Change that user instead, or use another address.",
  },
  LAST_ADMIN: {
    status: 409,
    message: "This is the last active admin.",
    next: "Make somebody else an admin first.",
  },
  WEAK_PASSWORD: {
    status: 400,
    message: "This password is too weak.",
    next: "Use 10 characters or more, not all alike, and not the address itself.",
  },
  LINK_INVALID: {
    status: 410,
    message: "This link was used, replaced, or has expired.",
    next: "Ask an admin for a new link.",
  },
  KEY_EXCEEDS_RIGHTS: {
    status: 403,
    message: "A key cannot make a key that may do more than itself.",
    next: "Sign in and make the key in the dashboard.",
  },
});
