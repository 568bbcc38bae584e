import { envelopeOf, failureOf, isBug } from "@ade/api/failure";
import { type CodedError, errors } from "@ade/core/kernel/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** JSON-RPC's code for "invalid request", which tRPC's clients want to see; ours stands in `data`. */
const RPC_INVALID_REQUEST = -32600;

/** Every refusal and every fault leaves as the one envelope; what is behind a fault stays in the log. */
export function addErrorAnswers(app: FastifyInstance): void {
  app.setErrorHandler((thrown, request, reply) => sendFailure(request, reply, failureOf(thrown)));
  app.setNotFoundHandler((request, reply) =>
    sendFailure(request, reply, errors.NOT_FOUND({ message: "There is nothing at this address." })),
  );
}

/** Answers with a failure, in tRPC's shape where tRPC was asked. */
export function sendFailure(request: FastifyRequest, reply: FastifyReply, failure: CodedError): FastifyReply {
  if (isBug(failure))
    request.log.error({ err: failure.cause ?? failure }, "a request failed for a reason nobody foresaw");
  else if (failure.status >= 500) request.log.warn({ err: failure }, "a request could not be served");
  if (failure.retryAfterSeconds !== undefined) {
    reply.header("retry-after", String(Math.max(1, Math.ceil(failure.retryAfterSeconds))));
  }
  const envelope = envelopeOf(failure, request.id);
  const body = request.url.startsWith("/api/trpc/") ? rpcShape(failure, envelope) : envelope;
  return reply
    .code(failure.status)
    .header("content-type", "application/json; charset=utf-8")
    .header("cache-control", "no-store")
    .serializer(JSON.stringify)
    .send(body);
}

function rpcShape(failure: CodedError, envelope: ReturnType<typeof envelopeOf>) {
  const data = { code: failure.code, httpStatus: failure.status, error: envelope.error };
  return { error: { message: failure.message, code: RPC_INVALID_REQUEST, data } };
}
