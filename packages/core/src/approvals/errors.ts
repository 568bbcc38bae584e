import { defineErrors } from "../kernel/errors.ts";

export const approvalErrors = defineErrors({
  SELF_APPROVAL: {
    status: 403,
    message:
      "Nobody decides on a change that they, an agent of theirs, or a key that they made, made or edited.",
    next: "Somebody else who is asked has to answer.",
  },
  NOT_ASKED: {
    status: 403,
    message: "This approval asks somebody else.",
    next: "Only the reviewer it names, or an admin, can answer it.",
  },
  NOT_OPEN: {
    status: 409,
    message: "This approval has been answered already.",
    next: "Only one that still waits for you can be put aside.",
  },
  PASSED_ON: {
    status: 409,
    message: "You passed this on to somebody else.",
    next: "Take it back first, which works until they have answered or passed it on.",
  },
  DELEGATION_REFUSED: {
    status: 409,
    message: "It cannot be passed on to this person.",
    next: "Choose somebody else, or answer it yourself.",
  },
  OVERRIDE_OPEN: {
    status: 409,
    message: "An override of this task already waits for a second admin.",
    next: "Let another admin answer that one first.",
  },
  OVERRIDE_OVER: {
    status: 409,
    message: "This override is over.",
    next: "Look at the task again; a new one can be asked for if it is still needed.",
  },
  NO_SECOND_ADMIN: {
    status: 409,
    message: "No other admin could confirm it: whoever made the change, or asks, may not.",
    next: "Let somebody else become an admin first.",
  },
  SECOND_ADMIN_NEEDED: {
    status: 403,
    message: "Whoever asks for an override cannot confirm it.",
    next: "Another admin has to answer.",
  },
  BATCH_UNDONE: {
    status: 409,
    message: "Nothing was answered, because another answer of the batch was refused.",
    next: "Leave out what was refused, or send continue_on_error.",
  },
  PREVIEW_STALE: {
    status: 409,
    message: "Its preview no longer says what would happen.",
    next: "Open it and look at it by itself.",
  },
  UNDO_TIME_OVER: {
    status: 409,
    message: "The response has already taken effect.",
    next: "While the task is in review you can answer again instead.",
  },
});
