import {
  argumentsToRun,
  askAgainWith,
  type CallVerdict,
  type ChangedCall,
  type Client,
  isCoded,
  type ToolCall,
} from "@ade/client";
import type { HookAnswer } from "./formats.ts";

/** What is said where nobody answers in time, and where the server is away. */
export type Fallback = "deny" | "ask";

export type DecideOptions = {
  toolCalls: Client["toolCalls"];
  waitSeconds: number;
  unanswered: Fallback;
  away: Fallback;
  /** Other arguments are laid over the agent's own: none of those can be taken away. */
  mergesChanges: boolean;
  /** The agent that asks has gone. */
  signal: AbortSignal;
};

type Decided = { answer: HookAnswer; task_id: string | null };

const PATIENCE_MS = 3_000;
/** Once the answer is known, telling the server holds it up no longer: past its time-out a hook's no counts for nothing. */
const TELLING_MS = 2_000;

/** Asks about one call and waits: the answer, and the task where it was let. Never throws. */
export async function decide(options: DecideOptions, call: ToolCall): Promise<Decided> {
  const { toolCalls, waitSeconds } = options;
  const late = AbortSignal.timeout(waitSeconds * 1000);
  const signal = AbortSignal.any([late, options.signal]);
  let asked: string | null = null;
  try {
    const task = await toolCalls.ask(call, { patienceMs: PATIENCE_MS, signal });
    asked = task.id;
    return await conclude(options, call, await toolCalls.decided(task, signal));
  } catch (error) {
    const reason = signal.aborted ? `Nobody answered within ${waitSeconds} s.` : sentenceOf(error);
    const isAway = !signal.aborted && isCoded(error, "NO_ANSWER", "DEPENDENCY_UNAVAILABLE");
    const decision = signal.aborted ? options.unanswered : isAway ? options.away : "deny";
    // What cannot be taken back now expires by itself.
    if (asked) await toolCalls.withdraw(asked, reason.slice(0, 2000), briefly()).catch(() => undefined);
    return { answer: { decision, reason }, task_id: null };
  }
}

async function conclude(options: DecideOptions, call: ToolCall, verdict: CallVerdict): Promise<Decided> {
  const { toolCalls } = options;
  if (verdict.kind === "pending") throw new Error("The wait ended without a decision.");
  if (verdict.kind === "refused") {
    const { reason, task_id, waits_on } = verdict;
    if (task_id && waits_on)
      await toolCalls.withdraw(task_id, reason.slice(0, 2000), briefly()).catch(() => undefined);
    return { answer: { decision: "deny", reason }, task_id: null };
  }
  const { task_id, by, changed } = verdict;
  const given = changed && argumentsFor(call, changed, options);
  if (changed && !given) {
    const reason = askAgainWith(changed);
    const end = { outcome: "cancelled", message: reason.slice(0, 2000) } as const;
    if (call.reports_end) await toolCalls.end(task_id, end, briefly()).catch(() => undefined);
    return { answer: { decision: "deny", reason }, task_id: null };
  }
  const note = changed
    ? `${by} approved it with other arguments: ${changed.reason}`
    : [`Approved by ${by}.`, verdict.reason].filter(Boolean).join(" ");
  return { answer: { decision: "allow", reason: note, changed: given }, task_id };
}

/** The changed arguments as this agent can be given them; null where it can't. */
function argumentsFor(
  call: ToolCall,
  changed: ChangedCall,
  { mergesChanges }: DecideOptions,
): Record<string, unknown> | null {
  const own = call.arguments ?? {};
  const given = call.takes_changes ? argumentsToRun(own, changed) : null;
  const loses = given && mergesChanges && Object.keys(own).some((name) => !Object.hasOwn(given, name));
  return loses ? null : given;
}

const briefly = () => ({ patienceMs: TELLING_MS, signal: AbortSignal.timeout(TELLING_MS) });

function sentenceOf(error: unknown): string {
  if (isCoded(error, "NO_ANSWER")) return "Community ADE does not answer, so nobody could be asked.";
  return error instanceof Error ? error.message : String(error);
}
