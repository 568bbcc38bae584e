import { backlogChange, backlogEntry } from "@ade/core/approvals/schema";
import { listShiftsQuery, shiftEntry, shiftInput, shiftList } from "@ade/core/oncall/schema";
import { z } from "zod";
import { byId } from "../input.ts";
import { procedure, router } from "../trpc.ts";

const tags = ["on-call"] as const;

export const onCallRouter = router({
  list: procedure("on_call.list", {
    method: "GET",
    path: "/on-call",
    status: 200,
    summary: "Who is on call, from now on or between two moments",
    tags,
  })
    .input(listShiftsQuery)
    .output(shiftList)
    .query(({ ctx, input }) => ctx.core.onCall.list(input)),

  create: procedure("on_call.create", {
    method: "POST",
    path: "/on-call",
    status: 201,
    summary: "Put somebody on call",
    tags,
  })
    .input(shiftInput)
    .output(shiftEntry)
    .mutation(({ ctx, input }) => ctx.core.onCall.create(ctx.actor, input)),

  remove: procedure("on_call.delete", {
    method: "DELETE",
    path: "/on-call/:id",
    status: 204,
    summary: "Take a shift away",
    tags,
  })
    .input(byId)
    .output(z.void())
    .mutation(({ ctx, input }) => ctx.core.onCall.remove(ctx.actor, input.id)),
});

/** What happens where more reviews are open than people get done. */
export const backlogRouter = router({
  read: procedure("backlog.read", {
    method: "GET",
    path: "/approvals/backlog",
    status: 200,
    summary: "The backlog policy",
    tags: ["approvals"],
  })
    .output(backlogEntry)
    .query(({ ctx }) => ctx.core.gate.backlog()),

  update: procedure("backlog.update", {
    method: "PATCH",
    path: "/approvals/backlog",
    status: 200,
    summary: "Replace the backlog policy, from now on",
    tags: ["approvals"],
  })
    .input(backlogChange)
    .output(backlogEntry)
    .mutation(({ ctx, input }) => ctx.core.gate.updateBacklog(ctx.actor, input)),
});
