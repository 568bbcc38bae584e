import { type CodedError, errors } from "@ade/core/kernel/errors";

/** Seconds after which a neighbour that went away is worth another try. */
const RETRY_AFTER_S = 2;

/** No connection, one that ended, or no room for one more: Node, PostgreSQL (classes 08, 53, 57) and Prisma. */
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN|EMFILE|ENFILE|08...|53...|57P0[1-5]|P1001|P1002|P1008|P1017|P2024)$/;
const UNREACHABLE_TEXT =
  /Connection terminated|Cannot use a pool after calling end|Connection is closed|timeout exceeded when trying to connect|Command timed out|Stream isn't writeable|max retries per request/i;
/** Two transactions in each other's way: trying again is right. */
const RACED = /^(40001|40P01|P2034)$/;
/** Text that PostgreSQL cannot keep: a NUL, half a surrogate pair. */
const UNSTORABLE = /^(22021|22P05)$/;

/** How deep causes are followed: driver adapters wrap theirs a few times. */
const MAX_DEPTH = 6;

/** What a thrown thing from a driver means to the caller, or null where it is a bug of ours. */
export function causeFailure(thrown: unknown): CodedError | null {
  for (const { code, message } of chain(thrown)) {
    if (RACED.test(code)) return errors.CONFLICT({ cause: thrown });
    if (UNSTORABLE.test(code)) {
      return errors.VALIDATION_ERROR({
        message: "A text holds characters that cannot be stored (NUL, or half a surrogate pair).",
        cause: thrown,
      });
    }
    if (UNREACHABLE.test(code) || UNREACHABLE_TEXT.test(message)) {
      return errors.DEPENDENCY_UNAVAILABLE({ cause: thrown, retryAfterSeconds: RETRY_AFTER_S });
    }
  }
  return null;
}

function* chain(thrown: unknown, depth = 0): Generator<{ code: string; message: string }> {
  if (typeof thrown !== "object" || thrown === null || depth > MAX_DEPTH) return;
  const { code, originalCode, message, cause, meta, errors: inner } = thrown as Record<string, unknown>;
  yield { code: String(originalCode ?? code ?? ""), message: String(message ?? "") };
  yield* chain(cause, depth + 1);
  yield* chain(meta, depth + 1);
  yield* chain((meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError, depth + 1);
  if (Array.isArray(inner)) for (const each of inner) yield* chain(each, depth + 1);
}
