import type { AuditList, AuditQuery, VerifyReport } from "./shapes.ts";
import type { Transport } from "./transport.ts";

/** Checking a long chain takes its time. */
const VERIFY_MS = 120_000;

export type Audit = ReturnType<typeof createAudit>;

/** The ledger over REST. */
export function createAudit({ send }: Transport) {
  const list = async (query: AuditQuery = {}): Promise<AuditList> =>
    (await send<AuditList>({ method: "GET", path: "/audit", query })).body;
  return {
    /** A page of entries; the next by its `next_cursor`. */
    list,
    /** Every entry that matches, page after page. */
    async *all(query: AuditQuery = {}): AsyncGenerator<AuditList["entries"][number]> {
      let cursor = query.cursor;
      do {
        const page = await list({ limit: 200, ...query, cursor });
        yield* page.entries;
        cursor = page.next_cursor;
      } while (cursor !== undefined);
    },
    /** Checks the whole chain; `ok` is false at the first fault, which is named. */
    verify: async (): Promise<VerifyReport> =>
      (await send<VerifyReport>({ method: "GET", path: "/audit/verify", heldOpenMs: VERIFY_MS })).body,
  };
}
