import { defineErrors, type ErrorOptions, errors } from "../kernel/errors.ts";

/** The codes of locks (api.md, "Errors"). */
export const lockErrors = defineErrors({
  RESOURCE_LOCKED: {
    status: 423,
    message: "Somebody else holds this lock.",
    next: "Wait until it is released, or ask its holder, who is named in details.",
  },
  ALREADY_HELD: {
    status: 409,
    message: "This owner holds this lock already.",
    next: "Use the lock named in details, or give every parallel activity an owner_id of its own.",
  },
  LOCK_LOST: {
    status: 409,
    message: "The lock was lost while it was being used.",
    next: "Stop writing; acquire it again and begin anew.",
  },
  DEADLOCK_DETECTED: {
    status: 423,
    message: "This request waited in a circle with others and was chosen to end it; its locks were released.",
    next: "Begin anew after a moment, with all locks asked for in one request or in one order.",
  },
  LOCK_QUOTA_EXCEEDED: {
    status: 429,
    message: "This principal holds or waits for too many locks.",
    next: "Release some, or ask for fewer at a time.",
  },
  LOCK_STORE_UNFIT: {
    status: 503,
    message: "This Redis may drop locks by itself, so it is not used for them.",
    next: "Set its maxmemory-policy to noeviction.",
  },
  QUEUE_FULL: {
    status: 503,
    message: "Too many already wait for this lock.",
    next: "Try again later.",
  },
});

/** 403: there is such a lock, held by another principal. */
export const notHolder = (options: ErrorOptions = {}) =>
  errors.FORBIDDEN({ message: "You do not hold this lock.", ...options });

/** 404: it expired, was released, or never was. Which of them, nobody can tell afterwards. */
export const lockExpired = (options: ErrorOptions = {}) =>
  errors.NOT_FOUND({ message: "This lock has expired or was released.", ...options });

/** 423 for who waited as long as it wanted to. */
export const waitedTooLong = (key: string) =>
  lockErrors.RESOURCE_LOCKED({
    message: "Nobody let go of this lock in the time that was waited for it.",
    details: { key },
  });
