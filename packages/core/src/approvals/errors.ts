import { defineErrors } from "../kernel/errors.ts";

export const approvalErrors = defineErrors({
  SELF_APPROVAL: {
    status: 403,
    message: "Nobody decides on a change that they, or an agent of theirs, made or edited.",
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
  UNDO_TIME_OVER: {
    status: 409,
    message: "The response has already taken effect.",
    next: "While the task is in review you can answer again instead.",
  },
});
