import { CodedError, type ErrorOptions } from "@ade/client";

/** What goes wrong before a server is asked, or beside it; `status` is that of its kind, for the exit code. */
const TABLE = {
  NOT_SIGNED_IN: {
    status: 401,
    message: "There is no key for this server.",
    next: "Run `ade login`, or set ADE_URL and ADE_API_KEY.",
  },
  USAGE: {
    status: 400,
    message: "The command line is wrong.",
    next: "Run it with --help to see what it takes.",
  },
  BAD_ADDRESS: {
    status: 400,
    message: "This is no address of a server.",
    next: "Give it as http://localhost:3000 or https://ade.example.org.",
  },
  BAD_CREDENTIALS_FILE: {
    status: 400,
    message: "What `ade login` stored cannot be read.",
    next: "Remove the file named in details and sign in again.",
  },
  NO_FILE: { status: 400, message: "A file cannot be read.", next: "Check its path." },
  NOT_JSON: {
    status: 400,
    message: "What was given is no JSON object.",
    next: "Write it as the API takes it; `ade <command> --help` names the fields.",
  },
  NOT_CONFIRMED: {
    status: 400,
    message: "This was not confirmed.",
    next: "Read what would change, then answer, or give what --help names as confirmation.",
  },
  NOT_ATTENDED: {
    status: 403,
    message: "A key that `ade login` stored answers at a terminal only: here it may be a program that does.",
    next: "Answer at a terminal or in the dashboard. For a script of yours set ADE_API_KEY, or sign in with --unattended.",
  },
  NO_REASON: {
    status: 400,
    message: "This answer needs a reason.",
    next: "Give it with --reason; whoever proposed the change reads it.",
  },
  NOTHING_WAITS: {
    status: 404,
    message: "Nothing waits for an answer.",
    next: "`ade approvals list` shows what waits for you.",
  },
  NOT_AN_AGENT_FILE: {
    status: 400,
    message: "This is no exported agent.",
    next: "Take a file of `ade agents export`, or `ade agents create --file` for the fields alone.",
  },
  NO_SUCH_AGENT: {
    status: 404,
    message: "There is no agent of this name or id.",
    next: "`ade agents list` shows them.",
  },
  COMMAND_NOT_FOUND: {
    status: 404,
    message: "The command was not found.",
    next: "Check its name and PATH. The lock was given back.",
  },
  COMMAND_NOT_RUNNABLE: {
    status: 403,
    message: "The command cannot be run.",
    next: "Check that it may be executed. The lock was given back.",
  },
  INTERRUPTED: { status: 499, message: "Interrupted.", next: "Nothing is held and nothing waits any more." },
  TERMINATED: { status: 499, message: "Terminated.", next: "Nothing is held and nothing waits any more." },
  AMBIGUOUS: {
    status: 409,
    message: "More than one fits.",
    next: "Name it by its id.",
  },
  TIMED_OUT: {
    status: 408,
    message: "It did not come in time.",
    next: "Wait longer with --timeout, or look again later: nothing was undone.",
  },
  NO_KEY_GIVEN: {
    status: 400,
    message: "No key was given.",
    next: "Type it when asked, send it by standard input, or set ADE_API_KEY.",
  },
  NOT_AN_AGENT: {
    status: 403,
    message: "This is no agent's key.",
    next: "Set ADE_API_KEY to a key of the agent (its page, Keys).",
  },
} as const;

type Code = keyof typeof TABLE;
/** `next` replaces the table's where what to do can be told more exactly. */
type Options = ErrorOptions & { next?: string };

/** The program's own failures, by code: `throw cliErrors.NOT_SIGNED_IN()`. */
export const cliErrors = Object.fromEntries(
  Object.entries(TABLE).map(([code, spec]) => [
    code,
    ({ next = spec.next, ...options }: Options = {}) => new CodedError(code, { ...spec, next }, options),
  ]),
) as Readonly<Record<Code, (options?: Options) => CodedError>>;
