import { CodedError, errors } from "@ade/core/kernel/errors";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { causeFailure } from "./failure-causes.ts";
import { validationDetails } from "./validation-details.ts";

/** The body of every error answer (api.md, "Errors"). */
export const errorEnvelope = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    /** For VALIDATION_ERROR a list of `{field, issue, value?}`; else what the code's page says. */
    details: z.unknown().optional(),
    /** What to do about it. */
    next: z.string().optional(),
    request_id: z.string(),
    timestamp: z.string(),
  }),
});
export type ErrorEnvelope = z.infer<typeof errorEnvelope>;

/** A failure as it goes over the wire. */
export function envelopeOf(failure: CodedError, requestId: string, now = new Date()): ErrorEnvelope {
  return {
    error: {
      code: failure.code,
      message: failure.message,
      ...(failure.details === undefined ? {} : { details: failure.details }),
      next: failure.next,
      request_id: requestId,
      timestamp: now.toISOString(),
    },
  };
}

/**
 * Any thrown thing as one of the documented failures. What is not expected becomes INTERNAL with the thrown thing as
 * its cause, for the log; its text never reaches the caller. `input` is what was sent, for the values in `details`.
 */
export function failureOf(thrown: unknown, input?: unknown): CodedError {
  if (thrown instanceof CodedError) return thrown;
  if (thrown instanceof TRPCError) return failureOfTrpc(thrown, input);
  return failureOfHttp(thrown) ?? causeFailure(thrown) ?? errors.INTERNAL({ cause: thrown });
}

/** True where somebody has to look at it: a bug of ours, not of the caller nor of a neighbour. */
export function isBug(failure: CodedError): boolean {
  return failure.code === "INTERNAL";
}

function failureOfTrpc(thrown: TRPCError, input: unknown): CodedError {
  const { cause } = thrown;
  if (cause instanceof CodedError) return cause;
  switch (thrown.code) {
    case "BAD_REQUEST":
      return cause instanceof z.core.$ZodError
        ? errors.VALIDATION_ERROR({ details: validationDetails(cause, input) })
        : errors.VALIDATION_ERROR({ message: "The request could not be read." });
    case "PARSE_ERROR":
      return errors.VALIDATION_ERROR({ message: "The request is not valid JSON." });
    case "UNSUPPORTED_MEDIA_TYPE":
      return errors.VALIDATION_ERROR({ message: "Send the body as application/json." });
    case "METHOD_NOT_SUPPORTED":
      return errors.VALIDATION_ERROR({ message: "This procedure is called by another method." });
    case "NOT_FOUND":
      return errors.NOT_FOUND({ message: "There is no such procedure." });
    case "PAYLOAD_TOO_LARGE":
      return errors.PAYLOAD_TOO_LARGE();
    default:
      return causeFailure(cause) ?? errors.INTERNAL({ cause: cause ?? thrown });
  }
}

/** Fastify's own refusals: bad JSON, too large, a media type that nobody reads. */
function failureOfHttp(thrown: unknown): CodedError | null {
  if (!(thrown instanceof Error) || !("statusCode" in thrown)) return null;
  const { statusCode, code } = thrown as Error & { statusCode: unknown; code?: unknown };
  if (typeof statusCode !== "number" || statusCode < 400 || statusCode > 499) return null;
  if (statusCode === 413) return errors.PAYLOAD_TOO_LARGE();
  if (statusCode === 415) return errors.VALIDATION_ERROR({ message: "Send the body as application/json." });
  if (statusCode === 404) return errors.NOT_FOUND({ message: "There is nothing at this address." });
  const isJson = thrown instanceof SyntaxError || code === "FST_ERR_CTP_INVALID_JSON_BODY";
  return errors.VALIDATION_ERROR({
    message: isJson ? "The body is not valid JSON." : "The request could not be read.",
  });
}
