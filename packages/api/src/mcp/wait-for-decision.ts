import { errors } from "@ade/core/kernel/errors";
import type { TaskEntry } from "@ade/core/tasks/schema";
import { z } from "zod";
import { withId } from "../input.ts";
import { briefOf, DECISIONS, decisionOf, taskBrief } from "./task-answers.ts";
import { defineTool, proceduresFor, type ToolCall } from "./tool.ts";

/** Clients give a call up after 60 s; this leaves time for the way there and back. */
const LONGEST_WAIT_SECONDS = 50;
/** So often it looks without having heard of anything, and tells that it still waits. */
const LOOK_SECONDS = 5;

const waitInput = withId(
  z.strictObject({
    wait_seconds: z.int().min(0).max(LONGEST_WAIT_SECONDS).default(45),
    /** `end`: until it was applied too. */
    until: z.enum(["decision", "end"]).default("decision"),
  }),
);

export const waitForDecision = defineTool({
  name: "wait_for_decision",
  title: "Wait for a decision",
  description:
    'Wait until people or a policy have decided about a submitted task, or with until "end" until it was applied. ' +
    'Answers decision "pending" with the task\'s id and link when nobody has yet: call it again, or go on with other work and come back.',
  annotations: { readOnlyHint: true },
  procedure: "tasks.get",
  input: waitInput,
  output: taskBrief.extend({ decision: z.enum(DECISIONS) }),
  async run({ id, wait_seconds, until }, call) {
    const startedMs = performance.now();
    const answered = new AbortController();
    const ended = AbortSignal.any([call.signal, answered.signal, AbortSignal.timeout(wait_seconds * 1000)]);
    const news = newsOf(call, id, ended);
    try {
      for (;;) {
        const task = await look(call, id);
        if (isOver(task, until) || ended.aborted) {
          return { ...briefOf(task, call.link(id)), decision: decisionOf(task) };
        }
        const seconds = Math.floor((performance.now() - startedMs) / 1000);
        await call.progress(seconds, wait_seconds, task.waiting_for?.text ?? `It is ${task.state}.`);
        await news();
      }
    } finally {
      answered.abort();
    }
  },
});

function isOver({ state }: TaskEntry, until: "decision" | "end"): boolean {
  if (until === "decision") return state !== "SUBMITTED" && state !== "REVIEWING";
  return state === "DRAFT" || state === "COMPLETED" || state === "REJECTED" || state === "CANCELLED";
}

/** The task as its reader may see it at this moment: a key that was revoked meanwhile learns nothing more. */
async function look({ context }: ToolCall, id: string): Promise<TaskEntry> {
  const actor = await context.reauthenticate();
  if (!actor) throw errors.UNAUTHENTICATED();
  return proceduresFor({ ...context, actor }, context.closing).tasks.get({ id });
}

/** Resolves at the next event of the task, after a few seconds, or when the wait ends. Listens from now on. */
function newsOf({ context }: ToolCall, id: string, signal: AbortSignal): () => Promise<void> {
  const heard = { at: Promise.withResolvers<void>() };
  const stop = context.core.ledger.events.listen([`task:${id}`], () => heard.at.resolve());
  signal.addEventListener(
    "abort",
    () => {
      stop();
      heard.at.resolve();
    },
    { once: true },
  );
  return async () => {
    const timer = setTimeout(() => heard.at.resolve(), LOOK_SECONDS * 1000);
    await heard.at.promise;
    clearTimeout(timer);
    if (!signal.aborted) heard.at = Promise.withResolvers<void>();
  };
}
