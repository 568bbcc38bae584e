import { type CallVerdict, type Client, holdsMask, isCoded, restoreMasked, type ToolCall } from "@ade/client";
import type { HookAnswer } from "./formats.ts";

/** What is said where nobody answers in time, and where the server is away. */
export type Fallback = "deny" | "ask";

export type DecideOptions = {
  toolCalls: Client["toolCalls"];
  waitSeconds: number;
  unanswered: Fallback;
  away: Fallback;
  /** The agent that asks has gone. */
  signal: AbortSignal;
};

const PATIENCE_MS = 3_000;

/** Asks about one call and waits: the answer, and the task where it was let. Never throws. */
export async function decide(
  options: DecideOptions,
  call: ToolCall,
): Promise<{ answer: HookAnswer; task_id: string | null }> {
  const { toolCalls, waitSeconds } = options;
  const late = AbortSignal.timeout(waitSeconds * 1000);
  let asked: string | null = null;
  try {
    const task = await toolCalls.ask(call, { patienceMs: PATIENCE_MS });
    asked = task.id;
    const verdict = await toolCalls.decided(task, AbortSignal.any([late, options.signal]));
    return await answerOf(toolCalls, call, verdict);
  } catch (error) {
    const isLate = late.aborted || options.signal.aborted;
    const reason = isLate ? `Nobody answered within ${waitSeconds} s.` : sentenceOf(error);
    const isAway = !isLate && isCoded(error, "NO_ANSWER", "DEPENDENCY_UNAVAILABLE");
    const decision = isLate ? options.unanswered : isAway ? options.away : "deny";
    // What cannot be taken back now expires by itself.
    if (asked) await toolCalls.withdraw(asked, reason, { patienceMs: PATIENCE_MS }).catch(() => undefined);
    return { answer: { decision, reason }, task_id: null };
  }
}

async function answerOf(toolCalls: Client["toolCalls"], call: ToolCall, verdict: CallVerdict) {
  if (verdict.kind !== "may") {
    const reason = verdict.kind === "refused" ? verdict.reason : "It is not decided.";
    // Sent back for changes it would stay a draft for ever.
    if (verdict.task_id)
      await toolCalls.withdraw(verdict.task_id, reason.slice(0, 2000)).catch(() => undefined);
    return { answer: { decision: "deny" as const, reason }, task_id: null };
  }
  const { task_id, by, changed } = verdict;
  const given = changed && (restoreMasked(call.arguments, changed.arguments) as Record<string, unknown>);
  if (changed && (!call.takes_changes || holdsMask(given))) {
    const reason = `${changed.by} approved it with other arguments (${changed.reason}). Ask again with: ${JSON.stringify(changed.arguments)}`;
    const end = { outcome: "cancelled", message: reason.slice(0, 2000) } as const;
    if (call.reports_end) await toolCalls.end(task_id, end).catch(() => undefined);
    return { answer: { decision: "deny" as const, reason }, task_id: null };
  }
  const note = changed
    ? `${by} approved it with other arguments: ${changed.reason}`
    : [`Approved by ${by}.`, verdict.reason].filter(Boolean).join(" ");
  return { answer: { decision: "allow" as const, reason: note, changed: given }, task_id };
}

function sentenceOf(error: unknown): string {
  if (isCoded(error, "NO_ANSWER")) return "Community ADE does not answer, so nobody could be asked.";
  return error instanceof Error ? error.message : String(error);
}
