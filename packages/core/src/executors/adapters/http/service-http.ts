import { z } from "zod";
import {
  parseAllowList,
  type ReachRules,
  reach,
  resolveByDns,
  Unreachable,
} from "../../../egress/service.ts";
import { sha256 } from "../../../kernel/ids.ts";
import { ExecutorFailure } from "../../errors.ts";
import type { Executor, Json } from "../../port.ts";
import { createSay } from "../../say.ts";
import type { Change, Preview } from "../../schema.ts";
import { unifiedDiff } from "../../unified-diff.ts";
import { sayAnswer } from "./http-answer.ts";
import {
  httpParametersSchema,
  httpTask,
  parameterIssues,
  requestShape,
  serviceRef,
  touchedBy,
  type WrittenRequest,
} from "./http-parameters.ts";
import { isWithoutEffect, type Receipts } from "./http-receipts.ts";
import { plainSecrets, readyRequest, shownRequest, shownUrl } from "./http-request.ts";
import { isIdempotent, lost, type SendOptions, sendUntilAnswered, waiting } from "./http-send.ts";

const TYPE = "service.http";
/** Raised when the same parameters come to mean something else; approvals given before then no longer hold. */
const VERSION = 1;
const UNDO_LIMIT_MS = 60_000;
const NOT_COMPENSATED = "It has no compensating request, so it can't be undone.";

const stashShape = z.strictObject({
  idempotency_key: z.string(),
  method: z.string(),
  compensate: requestShape.nullable(),
});

export type HttpOptions = {
  /** ADE_HTTP_ALLOW: `host:port`, comma separated. */
  readonly allow: string;
  readonly receipts: Receipts;
  readonly resolve?: ReachRules["resolve"];
  readonly random?: () => number;
  readonly wait?: SendOptions["wait"];
};

function changeOf(request: WrittenRequest): Change {
  return {
    resource: serviceRef(request),
    action: request.method.toLowerCase(),
    diff: unifiedDiff("request", null, shownRequest(request)),
  };
}

/**
 * Executor of `service.http`: one request to an allowed host, under one `Idempotency-Key` (apply.md, "Executors").
 * What is known of a request lies in receipts, so that one that was answered is not sent again by a later attempt.
 */
export function createHttpExecutor(options: HttpOptions): Executor {
  const allow = parseAllowList(options.allow);
  const sendOptions: SendOptions = {
    rules: { allow, resolve: options.resolve ?? resolveByDns },
    receipts: options.receipts,
    random: options.random ?? Math.random,
    wait: options.wait ?? waiting,
  };
  const { receipts } = options;

  return {
    types: [TYPE],
    title: "HTTP request",
    description: "Sends one request to a host that an admin allowed, and a compensating one to undo it.",
    parameters: httpParametersSchema(),
    example: {
      type: TYPE,
      description: "Switch the new checkout on",
      resources: [{ type: "service", id: [...allow][0] ?? "api.example.org:443", actions: ["execute"] }],
      parameters: {
        method: "PUT",
        url: `https://${[...allow][0] ?? "api.example.org"}/flags/checkout`,
        body: { on: true },
        compensate: {
          method: "PUT",
          url: `https://${[...allow][0] ?? "api.example.org"}/flags/checkout`,
          body: { on: false },
        },
      },
    },
    worst_case: 60,
    volatile: [],
    retry: true,
    cheap_plan: true,

    digest: () => sha256(`${TYPE}/${VERSION}`),
    resources: (config) => touchedBy(config.parameters),
    check: (config) => parameterIssues(config.parameters, allow),
    noWayBack: ({ parameters }) => (parameters.compensate === undefined ? NOT_COMPENSATED : null),
    forget: (old) => receipts.forget(old),

    async plan(config, context): Promise<Preview> {
      const { request, compensate } = httpTask(config.parameters, allow);
      const errors: string[] = [];
      for (const each of compensate ? [request, compensate] : [request]) {
        const { url } = readyRequest(each, context);
        await reach(url, sendOptions.rules).catch((error: unknown) => {
          if (!(error instanceof Unreachable)) throw error;
          errors.push(`${each.method} ${shownUrl(each.url)}: ${error.message}`);
        });
      }
      context.signal.throwIfAborted();
      const plain = plainSecrets(request);
      const isReading = request.method === "GET" || request.method === "HEAD";
      return {
        valid: errors.length === 0,
        changes: [changeOf(request)],
        warnings: [
          ...plain.map(
            (name) => `${name} is written out; name it as secret://name, and nobody can read it here`,
          ),
          ...(compensate || isReading ? [] : ["It can't be undone: it has no compensating request"]),
        ],
        errors,
        affected_services: [],
      };
    },

    async stash(config, context) {
      const { request, compensate } = httpTask(config.parameters, allow);
      return { idempotency_key: context.idempotency_key, method: request.method, compensate } satisfies Json;
    },

    async apply(config, context) {
      const { request, expected_status } = httpTask(config.parameters, allow);
      const { say, end } = createSay(context);
      const key = context.idempotency_key;
      const before = await receipts.read(key);
      if (before?.state === "answered") {
        say(`An earlier attempt was already answered with ${before.status}.\n`);
        return end();
      }
      if (before?.state === "sent" && !isIdempotent(request)) throw lost();
      context.report({ percent: 10, message: `${request.method} ${shownUrl(request.url)}` });
      const isExpected = (status: number) => expected_status.includes(status);
      const sending = { request, key, isExpected, limitMs: config.timeout_seconds * 1000, say };
      const answer = await sendUntilAnswered(sendOptions, sending, context);
      await receipts.write(key, { state: "answered", status: answer.status });
      context.report({ percent: 100, message: `Answered ${answer.status}` });
      sayAnswer(answer, say);
      return end();
    },

    async inspect(json) {
      const { idempotency_key, method } = stashShape.parse(json);
      const receipt = await receipts.read(idempotency_key);
      if (receipt?.state === "answered") return "done";
      if (receipt?.state === "sent" && !isIdempotent({ method: method as WrittenRequest["method"] }))
        throw lost();
      return "untouched";
    },

    async planRollback(json) {
      const { compensate } = stashShape.parse(json);
      if (!compensate) throw notCompensated();
      return { changes: [changeOf(compensate)], warnings: [] };
    },

    async rollback(json, context) {
      const { idempotency_key: key, compensate } = stashShape.parse(json);
      const { say, end } = createSay(context);
      context.signal.throwIfAborted();
      const receipt = await receipts.read(key);
      if (isWithoutEffect(receipt)) {
        say("Nothing of it is left to undo.\n");
        return end();
      }
      if (!compensate) throw notCompensated();
      const [issue] = parameterIssues({ ...compensate, body: compensate.body ?? undefined }, allow);
      if (issue) throw new ExecutorFailure(`The compensating request: ${issue.field} ${issue.issue}.`);
      const isGone = (status: number) => compensate.method === "DELETE" && (status === 404 || status === 410);
      const answer = await sendUntilAnswered(
        sendOptions,
        {
          request: compensate,
          key: `${key}:compensate`,
          isExpected: (status) => (status >= 200 && status < 300) || isGone(status),
          limitMs: context.limit_ms ?? UNDO_LIMIT_MS,
          say,
        },
        context,
      );
      await receipts.write(key, { state: "compensated", status: answer.status });
      sayAnswer(answer, say);
      return end();
    },
  };
}

const notCompensated = () => new ExecutorFailure(NOT_COMPENSATED);
