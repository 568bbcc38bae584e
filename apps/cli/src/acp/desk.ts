import {
  askAgainWith,
  type CallVerdict,
  type Client,
  isCoded,
  type TaskEntry,
  type ToolCall,
  verdictOf,
} from "@ade/client";
import type { AnyResponse, JsonRpcId, RequestPermissionRequest } from "@agentclientprotocol/sdk";
import { answerTo, canAllowOnce, type Decision } from "./answers.ts";
import type { LooseEnds } from "./loose-ends.ts";
import { createTurnstile } from "./turnstile.ts";

export type DeskOptions = {
  toolCalls: Client["toolCalls"];
  /** Where a person finds a task. */
  urlOf: (taskId: string) => string;
  waitMs: number;
  /** So long a server that is away is waited for before the call is refused. */
  patienceMs: number;
  looseEnds: LooseEnds;
  answer: (response: AnyResponse) => void;
  /** Tells the person in the editor. */
  tell: (sessionId: string, text: string) => void;
};

/** One request for permission that has no answer yet. */
type Pending = {
  id: JsonRpcId;
  request: RequestPermissionRequest;
  size: number;
  task_id: string | null;
  answered: boolean;
  closed: AbortController;
};

const MOST_PENDING = 1_000;
const MOST_PENDING_CHARACTERS = 64 * 1024 * 1024;
const ASKING_AT_ONCE = 8;
const WAITING_AT_ONCE = 64;
/** What an ended agent or editor leaves is told within this. */
const PATIENCE_OF_ENDS_MS = 2_000;

/**
 * Every request for permission of one agent, from its question to the end of its call. Each is answered exactly once:
 * by the server's decision, by the end of its turn, by its time limit, or by whatever goes wrong, which is a refusal.
 */
export function createDesk(options: DeskOptions) {
  const { toolCalls, looseEnds } = options;
  const pending = new Map<string, Pending>();
  /** Let and not ended: task by session and call. */
  const running = new Map<string, { task_id: string; sessionId: string }>();
  const asking = createTurnstile(ASKING_AT_ONCE);
  const waiting = createTurnstile(WAITING_AT_ONCE);
  let characters = 0;

  const idKey = (id: JsonRpcId): string => JSON.stringify(id);
  const callKey = (sessionId: string, callId: string): string => JSON.stringify([sessionId, callId]);

  function settle(entry: Pending, decision: Decision): void {
    if (entry.answered) return;
    entry.answered = true;
    entry.closed.abort();
    pending.delete(idKey(entry.id));
    characters -= entry.size;
    options.answer(answerTo(entry.id, entry.request.options, decision));
  }

  function withdraw(taskId: string, reason: string): void {
    looseEnds.add(() => toolCalls.withdraw(taskId, reason, { patienceMs: PATIENCE_OF_ENDS_MS }));
  }

  /** Answers what nobody decides any more, and takes it back from the server. */
  function abandon(entry: Pending, decision: Decision, reason: string): void {
    if (entry.answered) return;
    settle(entry, decision);
    if (entry.task_id) withdraw(entry.task_id, reason);
  }

  async function work(entry: Pending, call: ToolCall): Promise<void> {
    const { sessionId } = entry.request;
    const late = setTimeout(() => {
      const reason = `Nobody answered within ${Math.round(options.waitMs / 1000)} s.`;
      options.tell(sessionId, `Refused: ${call.title}. ${reason}`);
      abandon(entry, { kind: "refuse", reason, task_id: entry.task_id }, reason);
    }, options.waitMs);
    try {
      // Not ended by a cancelled turn: whether the question arrived must be known to take it back.
      const task = await asking(async () =>
        entry.answered ? null : toolCalls.ask(call, { patienceMs: options.patienceMs }),
      );
      if (!task) return;
      entry.task_id = task.id;
      if (entry.answered) return withdraw(task.id, "Its agent does not wait any more.");
      const verdict = await decided(entry, task, call);
      conclude(entry, call, verdict);
    } catch (error) {
      if (entry.answered) return;
      const reason = refusalOf(error);
      options.tell(sessionId, `Refused: ${call.title}. ${reason}`);
      abandon(entry, { kind: "refuse", reason, task_id: entry.task_id }, reason);
    } finally {
      clearTimeout(late);
    }
  }

  async function decided(entry: Pending, task: TaskEntry, call: ToolCall): Promise<CallVerdict> {
    const verdict = verdictOf(task);
    if (verdict.kind !== "pending") return verdict;
    options.tell(entry.request.sessionId, `Waiting for approval: ${call.title}. ${options.urlOf(task.id)}`);
    return waiting(() => toolCalls.decided(task, entry.closed.signal));
  }

  function conclude(entry: Pending, call: ToolCall, verdict: CallVerdict): void {
    const { request } = entry;
    // Answered meanwhile in another way, and taken back then.
    if (entry.answered) return;
    if (verdict.kind === "pending") throw new Error("The wait ended without a decision");
    if (verdict.kind === "refused") {
      options.tell(request.sessionId, `Refused: ${call.title}. ${verdict.reason}`);
      if (verdict.task_id && verdict.waits_on) withdrawDraft(verdict.task_id);
      settle(entry, { kind: "refuse", reason: verdict.reason, task_id: verdict.task_id });
      return;
    }
    const { task_id, changed } = verdict;
    const unsayable = !canAllowOnce(request.options);
    if (changed || unsayable) {
      const reason = changed ? askAgainWith(changed) : "This agent offers no way to allow a single call.";
      options.tell(request.sessionId, `Not run: ${call.title}. ${reason}`);
      looseEnds.add(() => toolCalls.end(task_id, { outcome: "cancelled", message: reason.slice(0, 2000) }));
      settle(entry, { kind: "refuse", reason, task_id, ...(changed ? { changed } : {}) });
      return;
    }
    running.set(callKey(request.sessionId, request.toolCall.toolCallId), {
      task_id,
      sessionId: request.sessionId,
    });
    settle(entry, { ...verdict, kind: "allow" });
  }

  /** Sent back for changes it would stay a draft for ever: this agent can't be asked to mend it. */
  function withdrawDraft(taskId: string): void {
    looseEnds.add(() =>
      toolCalls.withdraw(taskId, "Its agent was told no.").catch((error: unknown) => {
        if (!isCoded(error, "NOT_FOUND")) throw error;
      }),
    );
  }

  function endCall(key: string, end: Parameters<typeof toolCalls.end>[1]): void {
    const call = running.get(key);
    if (!call) return;
    running.delete(key);
    looseEnds.add(() => toolCalls.end(call.task_id, end, { patienceMs: PATIENCE_OF_ENDS_MS }));
  }

  return {
    /** How many calls wait or run. */
    get active() {
      return pending.size + running.size;
    },

    /** Takes a request; its answer goes out by `options.answer`, whatever happens. */
    open(id: JsonRpcId, request: RequestPermissionRequest, call: ToolCall): void {
      const size = JSON.stringify(call).length;
      const entry: Pending = {
        ...{ id, request: { ...request, toolCall: { toolCallId: request.toolCall.toolCallId } }, size },
        ...{ task_id: null, answered: false, closed: new AbortController() },
      };
      const isFull = pending.size >= MOST_PENDING || characters + size > MOST_PENDING_CHARACTERS;
      if (isFull || pending.has(idKey(id))) {
        const reason = isFull
          ? "Too many calls wait for an answer already."
          : "A request with this id waits already.";
        const decision = { kind: "refuse", reason, task_id: null } as const;
        options.answer(answerTo(id, request.options, decision));
        return;
      }
      pending.set(idKey(id), entry);
      characters += size;
      void work(entry, call);
    },

    /** The turn was cancelled: what waits in its session is answered so, at once. */
    cancelTurn(sessionId: string): void {
      for (const entry of [...pending.values()]) {
        if (entry.request.sessionId === sessionId)
          abandon(entry, { kind: "cancelled" }, "The turn was cancelled.");
      }
    },

    /** The agent takes one request back. */
    cancelRequest(id: JsonRpcId): void {
      const entry = pending.get(idKey(id));
      if (entry) abandon(entry, { kind: "cancelled" }, "The agent took its request back.");
    },

    /** The agent tells how a call of its own went. */
    callEnded(sessionId: string, callId: string, status: "completed" | "failed"): void {
      endCall(callKey(sessionId, callId), { outcome: status });
    },

    /** The turn is over: whatever the agent has not said of its calls, it will not say any more. */
    turnEnded(sessionId: string): void {
      for (const [key, call] of [...running]) {
        if (call.sessionId !== sessionId) continue;
        endCall(key, {
          outcome: "unknown",
          message: "The turn ended, and the agent had not said how it went.",
        });
      }
    },

    /** Agent or editor are gone: nothing stays pending anywhere. */
    close(reason: string): void {
      for (const entry of [...pending.values()]) abandon(entry, { kind: "cancelled" }, reason);
      for (const key of [...running.keys()]) endCall(key, { outcome: "unknown", message: reason });
    },
  };
}

function refusalOf(error: unknown): string {
  if (isCoded(error, "NO_ANSWER")) return "Community ADE does not answer, so nobody could be asked.";
  return error instanceof Error ? error.message : String(error);
}
