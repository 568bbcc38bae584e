const ME = "/api/trpc/me";
const PREFERENCES = "/api/trpc/preferences.read";
const INBOX = encodeURIComponent(JSON.stringify({ section: "needs_you", limit: 100 }));

/** The reads that pages begin with; the same addresses as lib/api.ts makes of lib/shell-queries.ts. */
export const FIRST_READS = {
  approvals: [ME, `/api/trpc/views.inbox?input=${INBOX}`, PREFERENCES],
  others: [ME, PREFERENCES],
} as const;
