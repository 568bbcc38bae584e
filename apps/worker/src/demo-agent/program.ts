import { type Client, isCoded, type TaskEntry, type TaskState } from "@ade/client";
import { changesOf, type DemoChange, LOOKED_AT, TOOL_CALL } from "./changes.ts";

const HEARTBEAT_MS = 10_000;
const OVER: readonly TaskState[] = ["COMPLETED", "REJECTED", "CANCELLED"];
/** Somebody has said something, or nothing is left to be said. */
const ANSWERED: readonly TaskState[] = ["DRAFT", "APPROVED", "APPLYING", ...OVER];
/** Tidying up after the end must not keep a worker from stopping. */
const TIDY_MS = 5_000;

export type ProgramOptions = {
  /** Speaks with the agent's own key, as any program does. */
  client: Client;
  agentId: string;
  /** Whom to ask beside those whom policies name. */
  reviewerId: string | null;
  /** Tells whoever watches what it does. */
  say(text: string, taskId?: string): Promise<void>;
  /** Its end: asked for, or because its time is over. The reason is a sentence. */
  signal: AbortSignal;
  /** How long it lets people look between two steps. */
  paceMs: number;
};

/**
 * The simulated agent: looks, locks, proposes changes of growing risk, waits for people and heeds them. Answers why it
 * ended, and leaves no task open and no lock held. Never rejects.
 */
export async function runProgram(options: ProgramOptions): Promise<string> {
  const { client, agentId, say, signal } = options;
  const open = new Set<string>();
  let doing = "Starts";

  const beat = () =>
    client.agents.heartbeat(agentId, { active_tasks: open.size, metrics: { doing } }).catch(() => undefined);
  const heart = setInterval(beat, HEARTBEAT_MS);

  async function tell(text: string, taskId?: string): Promise<void> {
    doing = text.slice(0, 200);
    await Promise.all([say(text, taskId), beat()]);
  }

  const pace = () => pause(options.paceMs, signal);

  async function propose(task: Parameters<Client["tasks"]["create"]>[0]): Promise<TaskEntry> {
    const made = await client.tasks.create(task);
    open.add(made.id);
    const asked = options.reviewerId ? { requested_reviewers: [options.reviewerId] } : {};
    await client.tasks.submit(made.id, asked);
    // The plan may still be under way: who has to answer is known once it waits for somebody.
    return client.tasks.waitFor(made.id, { states: [...ANSWERED, "REVIEWING"], signal });
  }

  /** Waits for an answer, and for the end of what was approved. */
  async function outcome(task: TaskEntry): Promise<TaskEntry> {
    const answered = await client.tasks.waitFor(task.id, { states: ANSWERED, signal });
    const isOn = answered.state === "APPROVED" || answered.state === "APPLYING";
    if (isOn) await tell("It is approved. A worker applies it now, under its own locks.", task.id);
    const ended = isOn ? await client.tasks.waitFor(task.id, { states: OVER, signal }) : answered;
    open.delete(task.id);
    return ended;
  }

  async function change({ intent, task, smaller }: DemoChange): Promise<void> {
    await tell(intent);
    await pace();
    let proposed = await propose(task);
    await tell(waits(proposed), proposed.id);
    let ended = await outcome(proposed);
    if (smaller && wasRefused(ended)) {
      await tell(`${refusal(ended)} I propose something smaller.`, ended.id);
      if (ended.state === "DRAFT")
        await client.tasks.cancel(ended.id, { reason: "Replaced by a smaller one." });
      await pace();
      proposed = await propose(smaller);
      await tell(waits(proposed), proposed.id);
      ended = await outcome(proposed);
    }
    await tell(result(ended), ended.id);
    await pace();
  }

  async function toolCall(): Promise<void> {
    const { executors } = (
      await client.send<{ executors: { type: string }[] }>({ method: "GET", path: "/executors", signal })
    ).body;
    if (!executors.some(({ type }) => type === TOOL_CALL.config.type)) return;
    await tell("Last I ask for a single dangerous tool: deleting files. I only ask; nothing is deleted.");
    await pace();
    const asked = await propose(TOOL_CALL);
    await tell(waits(asked), asked.id);
    const answered = await client.tasks.waitFor(asked.id, { states: ["DRAFT", "APPLYING", ...OVER], signal });
    if (answered.state === "APPLYING") {
      await client.send({
        ...{ method: "POST", path: `/tasks/${asked.id}/end`, signal },
        body: { outcome: "completed", message: "Simulated: nothing was deleted." },
      });
      await tell("I was allowed to, and have told how it ended.", asked.id);
    } else await tell(refusal(answered), asked.id);
    if (answered.state !== "DRAFT") open.delete(asked.id);
  }

  async function work(): Promise<string> {
    await tell("I am a simulated agent: a program with a key of its own, like any agent of yours.");
    await pace();
    await client.withLock(LOOKED_AT, { purpose: "Reads how the search logs", signal }, async (lock) => {
      await tell("I hold a lock on the search in staging while I look at it. Admins see it under Locks.");
      await pause(options.paceMs * 2, AbortSignal.any([signal, lock.signal]));
    });
    for (const each of changesOf(new Date().toISOString())) {
      signal.throwIfAborted();
      await change(each);
    }
    await toolCall();
    return "It has done all that it had to do.";
  }

  try {
    return await work();
  } catch (error) {
    return signal.aborted ? String(signal.reason) : whyOf(error);
  } finally {
    clearInterval(heart);
    await tidy([...open]);
  }

  async function tidy(taskIds: readonly string[]): Promise<void> {
    open.clear();
    const cancelled = taskIds.map((id) => client.tasks.cancel(id, { reason: "The simulated agent ended." }));
    doing = "Nothing: it ended";
    await Promise.race([Promise.allSettled([...cancelled, beat()]), pause(TIDY_MS)]);
  }
}

function waits({ state, waiting_for, risk }: TaskEntry): string {
  const score = risk ? `Its risk is ${risk.score} (${risk.level}). ` : "";
  if (state !== "REVIEWING") return `${score}Nobody has to be asked.`;
  return `${score}Now it is up to people: ${waiting_for?.text ?? "somebody has to answer"}. Reviewers answer in their inbox.`;
}

/** Rejected, sent back, or taken away. */
function wasRefused({ state }: TaskEntry): boolean {
  return state === "REJECTED" || state === "DRAFT";
}

function refusal({ state, approvals, problem }: TaskEntry): string {
  const reason = approvals.find((each) => each.reason)?.reason ?? problem?.message;
  const said = reason ? ` The reason: "${reason}"` : "";
  if (state === "REJECTED") return `It was rejected.${said}`;
  if (state === "DRAFT") return `It was sent back.${said}`;
  return `It was cancelled.${said}`;
}

function result(task: TaskEntry): string {
  const { state, execution } = task;
  if (state !== "COMPLETED") return `${refusal(task)} I leave it.`;
  if (execution?.result === "success") return "It is applied. The audit tells who let it, and when.";
  return `It ended with ${execution?.result ?? "nothing"}. ${execution?.error ?? ""}`.trim();
}

function whyOf(error: unknown): string {
  return isCoded(error) ? `It could not go on: ${error.message}` : "It could not go on.";
}

/** Resolves after a time. @throws the reason of the signal */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
