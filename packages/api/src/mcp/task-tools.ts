import { approvalList, listApprovalsQuery } from "@ade/core/approvals/schema";
import { preview } from "@ade/core/executors/schema";
import { dryRunAnswer, simulateInput, simulation } from "@ade/core/gate/schema";
import { createTaskInput, submitOptions } from "@ade/core/tasks/schema";
import { z } from "zod";
import { byId, withId } from "../input.ts";
import { briefOf, nextStep, taskBrief, taskDetail } from "./task-answers.ts";
import { defineTool } from "./tool.ts";

const reads = { readOnlyHint: true } as const;

/** Proposing changes and seeing what becomes of them. */
export const taskTools = [
  defineTool({
    name: "create_task",
    title: "Propose a change",
    description:
      "Create a task: a change that you propose and somebody may have to approve. It is a draft until submit_task. " +
      "Types and their parameters are in the resource ade://task-types. With dry_run nothing is stored and the answer says what would happen.",
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
    procedure: "tasks.create",
    input: createTaskInput,
    output: z.union([taskBrief, dryRunAnswer]),
    async run(input, { procedures, link }) {
      const made = await procedures.tasks.create(input);
      return "id" in made ? briefOf(made, link(made.id)) : made;
    },
  }),
  defineTool({
    name: "submit_task",
    title: "Send a task to review",
    description:
      "Submit your draft. A policy may approve it at once, and then it is applied; else people are asked. Wait for them with wait_for_decision.",
    annotations: {
      ...{ readOnlyHint: false, destructiveHint: true, idempotentHint: false },
      openWorldHint: true,
    },
    procedure: "tasks.submit",
    input: withId(submitOptions),
    output: taskBrief,
    run: async (input, { procedures, link }) => briefOf(await procedures.tasks.submit(input), link(input.id)),
  }),
  defineTool({
    name: "get_task",
    title: "Read a task",
    description:
      "One task with its risk, approvals, what it waits for and how it ended, without its preview.",
    annotations: reads,
    procedure: "tasks.get",
    input: byId,
    output: taskDetail,
    async run({ id }, { procedures, link }) {
      const task = await procedures.tasks.get({ id });
      const { preview: _long, ...rest } = task;
      return { ...rest, link: link(id), next: nextStep(task) };
    },
  }),
  defineTool({
    name: "get_preview",
    title: "Read a task's preview",
    description: "What applying a task would change, with diffs, warnings and errors.",
    annotations: reads,
    procedure: "tasks.preview",
    input: byId,
    output: preview,
    run: ({ id }, { procedures }) => procedures.tasks.preview({ id }),
  }),
  defineTool({
    name: "simulate",
    title: "What would happen",
    description:
      "Risk, policies, reviewers and locks of a change that you have not proposed yet. Stores nothing. Use it to choose the smallest change that does the job.",
    annotations: reads,
    procedure: "simulate",
    input: simulateInput,
    output: simulation,
    run: (input, { procedures }) => procedures.simulate(input),
  }),
  defineTool({
    name: "list_my_approvals",
    title: "List approvals",
    description:
      "Approvals of your own tasks (with a person's key: those that ask that person). People answer them in the dashboard; there is no tool for it.",
    annotations: reads,
    procedure: "approvals.list",
    input: listApprovalsQuery,
    output: approvalList,
    run: (input, { procedures }) => procedures.approvals.list(input),
  }),
];
