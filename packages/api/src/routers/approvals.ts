import {
  approvalList,
  listApprovalsQuery,
  respondInput,
  snoozed,
  snoozeInput,
} from "@ade/core/approvals/schema";
import { batchAnswer, batchInput, responded } from "@ade/core/gate/schema";
import { byId, withId } from "../input.ts";
import { procedure, router } from "../trpc.ts";

const tags = ["approvals"] as const;

export const approvalsRouter = router({
  list: procedure("approval.list", {
    method: "GET",
    path: "/approvals",
    status: 200,
    summary: "Approvals, mine by default; with task_id all of that task",
    tags,
  })
    .input(listApprovalsQuery)
    .output(approvalList)
    .query(({ ctx, input }) => ctx.core.approvals.list(ctx.actor, input)),

  respond: procedure("approval.respond", {
    method: "POST",
    path: "/approvals/:id/respond",
    status: 200,
    summary: "Approve, reject, request changes or delegate",
    tags,
  })
    .input(withId(respondInput))
    .output(responded)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.gate.respond(ctx.actor, id, input)),

  snooze: procedure("approval.snooze", {
    method: "POST",
    path: "/approvals/:id/snooze",
    status: 200,
    summary: "Put one's own open approval aside until then; null takes it back",
    tags,
  })
    .input(withId(snoozeInput))
    .output(snoozed)
    .mutation(({ ctx, input: { id, until } }) => ctx.core.gate.snooze(ctx.actor, id, until)),

  batch: procedure("approval.respond", {
    method: "POST",
    path: "/approvals/batch",
    status: 200,
    summary: "The same answer to up to 100 approvals, all or none; or each alone with continue_on_error",
    tags,
  })
    .input(batchInput)
    .output(batchAnswer)
    .mutation(({ ctx, input }) => ctx.core.gate.respondToMany(ctx.actor, input)),

  withdraw: procedure("approval.withdraw", {
    method: "POST",
    path: "/approvals/:id/withdraw",
    status: 200,
    summary: "Take an answer back within its undo time",
    tags,
  })
    .input(byId)
    .output(responded)
    .mutation(({ ctx, input }) => ctx.core.gate.withdraw(ctx.actor, input.id)),
});
