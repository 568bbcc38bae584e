import { setTimeout as delay } from "node:timers/promises";
import {
  type Answer,
  NotAnswered,
  type ReachRules,
  reach,
  send,
  Unreachable,
} from "../../../egress/service.ts";
import { ExecutorFailure } from "../../errors.ts";
import { cleanText } from "../../output.ts";
import type { ApplyContext } from "../../port.ts";
import { MAX_TRIES, retryAfterMs, waitMs } from "./http-backoff.ts";
import type { WrittenRequest } from "./http-parameters.ts";
import { further, type Receipt, type Receipts } from "./http-receipts.ts";
import { readyRequest } from "./http-request.ts";

export const ANSWER_LIMIT_BYTES = 1024 * 1024;
const EXCERPT = 500;
const IDEMPOTENT = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** RFC 9110, 9.2.2: sent twice it has the effect of once. Others are sent again only where an answer came. */
export const isIdempotent = ({ method }: Pick<WrittenRequest, "method">) => IDEMPOTENT.has(method);

export type SendOptions = {
  readonly rules: ReachRules;
  readonly receipts: Receipts;
  readonly random: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
};

export const waiting: SendOptions["wait"] = (ms, signal) => delay(ms, undefined, { signal });

export type Sending = {
  readonly request: WrittenRequest;
  /** `Idempotency-Key`, and under which its receipt is kept. */
  readonly key: string;
  readonly isExpected: (status: number) => boolean;
  /** No wait goes beyond this. */
  readonly limitMs: number;
  readonly say: (text: string) => void;
};

type Tried =
  | { readonly answer: Answer }
  | { readonly failure: NotAnswered }
  /** It never left, and why. */
  | { readonly stopped: unknown };

async function attempt(
  { rules }: SendOptions,
  { request, key }: Sending,
  context: ApplyContext,
): Promise<Tried> {
  const { signal } = context;
  let isLeaving = false;
  try {
    const { method, url, headers, body } = readyRequest(request, context);
    // Resolved anew at each try, and connected to what was checked.
    const reached = await reach(url, rules);
    signal.throwIfAborted();
    const all = { ...headers, "idempotency-key": key };
    isLeaving = true;
    const outgoing = { method, headers: all, body, signal, answerLimitBytes: ANSWER_LIMIT_BYTES };
    return { answer: await send(url, reached, outgoing) };
  } catch (error) {
    if (!isLeaving) {
      const why = error instanceof Unreachable ? new ExecutorFailure(error.message) : error;
      return { stopped: signal.aborted ? signal.reason : why };
    }
    // Stopped while it was on its way, or there already.
    if (signal.aborted && !isIdempotent(request)) throw lost();
    signal.throwIfAborted();
    if (error instanceof NotAnswered) return { failure: error };
    throw error;
  }
}

/** Why an answer is not the wished one, with the beginning of what it says. */
function refusal({ status, body }: Answer): ExecutorFailure {
  const said = cleanText(body.toString("utf8")).replace(/\s+/g, " ").trim().slice(0, EXCERPT);
  const why = status >= 300 && status < 400 ? "; redirects are not followed" : "";
  return new ExecutorFailure(`It answered ${status}${why}.${said ? ` It said: ${said}` : ""}`, {
    retryable: isBusy(status),
    details: { status },
  });
}

const isBusy = (status: number) => status === 429 || status >= 500;

const SENT: Receipt = { state: "sent", status: null };

function receiptOf(tried: Tried): Receipt {
  if ("answer" in tried) return { state: "refused", status: tried.answer.status };
  return "failure" in tried && tried.failure.wasSent ? SENT : { state: "unsent", status: null };
}

/**
 * Sends until an answer is the expected one: again after 429 and 5xx, and where nothing was sent; where an answer was
 * lost only what is idempotent. Throws ExecutorFailure, or the signal's reason; the receipt says how far it came
 * at most.
 */
export async function sendUntilAnswered(
  options: SendOptions,
  sending: Sending,
  context: ApplyContext,
): Promise<Answer> {
  const { receipts } = options;
  const { key, request, say } = sending;
  const started = performance.now();
  // What earlier tries under this key may have done, in earlier attempts too: no later one takes that back.
  let known = await receipts.read(key);
  for (let tries = 1; ; tries++) {
    context.signal.throwIfAborted();
    await receipts.write(key, SENT);
    const tried = await attempt(options, sending, context);
    if ("answer" in tried && sending.isExpected(tried.answer.status)) return tried.answer;
    known = further(known, receiptOf(tried));
    await receipts.write(key, known);
    if ("stopped" in tried) throw tried.stopped;
    const mayRepeat =
      "answer" in tried ? isBusy(tried.answer.status) : !tried.failure.wasSent || isIdempotent(request);
    const why = "answer" in tried ? refusal(tried.answer) : unanswered(tried.failure, request);
    if (!mayRepeat || tries >= MAX_TRIES) throw why;
    const asked = "answer" in tried ? retryAfterMs(tried.answer.headers["retry-after"], Date.now()) : null;
    const ms = waitMs(tries, asked, options.random());
    if (performance.now() - started + ms > sending.limitMs) {
      throw new ExecutorFailure(
        `${why.message} The next try would be in ${Math.ceil(ms / 1000)} s, beyond the time limit.`,
        { retryable: true },
      );
    }
    say(`${why.message} Trying again in ${Math.ceil(ms / 1000)} s.\n`);
    context.report({ message: `Retry ${tries} in ${Math.ceil(ms / 1000)} s` });
    await options.wait(ms, context.signal);
  }
}

function unanswered(failure: NotAnswered, request: WrittenRequest): ExecutorFailure {
  return failure.wasSent && !isIdempotent(request)
    ? lost()
    : new ExecutorFailure(failure.message, { retryable: true });
}

export const lost = () =>
  new ExecutorFailure(
    "It was sent, and its answer was lost: nobody can tell whether it took effect. Look there first.",
    { ended_as: "unknown" },
  );
