import { auditList, auditQuery, verifyReport } from "@ade/core/ledger/schema";
import { procedure, router } from "../trpc.ts";

const tags = ["audit"] as const;

export const auditRouter = router({
  list: procedure("audit.read", {
    method: "GET",
    path: "/audit",
    status: 200,
    summary: "Entries of the ledger, sealed or not",
    tags,
  })
    .input(auditQuery)
    .output(auditList)
    .query(({ ctx, input }) => ctx.core.ledger.list(ctx.actor, input)),

  verify: procedure("audit.verify", {
    method: "GET",
    path: "/audit/verify",
    status: 200,
    summary: "Check the whole chain, and name the first fault",
    tags,
  })
    .output(verifyReport)
    .query(({ ctx }) => ctx.core.ledger.verify()),
});
