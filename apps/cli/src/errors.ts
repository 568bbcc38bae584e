import { CodedError, type ErrorOptions } from "@ade/client";

/** What goes wrong before a server is asked, or beside it; `status` is that of its kind, for the exit code. */
const TABLE = {
  NOT_SIGNED_IN: {
    status: 401,
    message: "There is no key for this server.",
    next: "Run `ade login`, or set ADE_URL and ADE_API_KEY.",
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
  NO_KEY_GIVEN: {
    status: 400,
    message: "No key was given.",
    next: "Type it when asked, send it by standard input, or set ADE_API_KEY.",
  },
} as const;

type Code = keyof typeof TABLE;

/** The program's own failures, by code: `throw cliErrors.NOT_SIGNED_IN()`. */
export const cliErrors = Object.fromEntries(
  Object.entries(TABLE).map(([code, spec]) => [
    code,
    (options: ErrorOptions = {}) => new CodedError(code, spec, options),
  ]),
) as Readonly<Record<Code, (options?: ErrorOptions) => CodedError>>;
