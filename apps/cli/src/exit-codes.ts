import { isCoded } from "@ade/client";

/** What the program ends with; `ade --help` shows this table, and docs/guides/command-line.md. */
export const EXIT_CODES = {
  ok: { code: 0, when: "Done, or answered with yes." },
  failed: {
    code: 1,
    when: "Refused or failed: a task was rejected, an answer was no, something unexpected.",
  },
  usage: { code: 2, when: "The command line or a field in what was sent is wrong." },
  not_signed_in: { code: 3, when: "No key, or one that is not valid (any more)." },
  not_allowed: { code: 4, when: "The key may not do this." },
  not_there: { code: 5, when: "There is no such thing, or it may not be seen." },
  timed_out: { code: 6, when: "What was waited for did not come in time." },
  server_away: { code: 7, when: "The server, or a part of it, does not answer." },
  conflict: { code: 8, when: "The state of things does not allow it now; the error's code says which." },
  locked: { code: 9, when: "Somebody else holds the lock." },
  lock_lost: { code: 10, when: "A lock was lost while it was needed." },
  not_runnable: { code: 126, when: "`locks run`: the command cannot be run." },
  not_found: { code: 127, when: "`locks run`: the command was not found." },
  interrupted: { code: 130, when: "Ended by Ctrl-C (128 and the signal's number)." },
  not_read: { code: 141, when: "Whoever read the output has gone (`… | head`)." },
  terminated: { code: 143, when: "Ended by SIGTERM." },
} as const;

const BY_CODE: ReadonlyMap<string, keyof typeof EXIT_CODES> = new Map([
  ["LOCK_LOST", "lock_lost"],
  ["COMMAND_NOT_RUNNABLE", "not_runnable"],
  ["COMMAND_NOT_FOUND", "not_found"],
  ["INTERRUPTED", "interrupted"],
  ["TERMINATED", "terminated"],
] as const);

const BY_STATUS: ReadonlyMap<number, keyof typeof EXIT_CODES> = new Map([
  [0, "server_away"],
  [400, "usage"],
  [401, "not_signed_in"],
  [403, "not_allowed"],
  [404, "not_there"],
  [408, "timed_out"],
  [409, "conflict"],
  [410, "not_there"],
  [413, "usage"],
  [422, "usage"],
  [423, "locked"],
  [429, "server_away"],
  [502, "server_away"],
  [503, "server_away"],
  [504, "server_away"],
] as const);

/** The exit code of a failure, by its code or else by its status. Pure. */
export function exitCodeOf(error: unknown): number {
  const kind = isCoded(error) ? (BY_CODE.get(error.code) ?? BY_STATUS.get(error.status)) : undefined;
  return EXIT_CODES[kind ?? "failed"].code;
}
