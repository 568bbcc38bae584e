import { z } from "zod";
import type { Inspection, Json } from "../../../port.ts";
import type { Entry } from "./git-repository.ts";

const entry = z.strictObject({ oid: z.string(), mode: z.enum(["100644", "100755"]) }).nullable();

/** What rolling back and telling "done" from "somebody else" need; contents stay in the repository. */
const gitStash = z.strictObject({
  kind: z.literal("git"),
  root: z.string(),
  path: z.string(),
  branch: z.string(),
  /** Where the branch stood. */
  tip: z.string(),
  before: entry,
  after: entry,
  /** `task id : revision`, as the commit's trailer says it. */
  key: z.string(),
});
export type GitStash = z.infer<typeof gitStash>;

/** The stash where it is one of a branch; null where it is one of a plain file. */
export function readGitStash(stash: Json): GitStash | null {
  return typeof stash === "object" && stash !== null && "kind" in stash ? gitStash.parse(stash) : null;
}

/** Where the path of a branch stands towards a stash. */
export function compareWithGitStash(stash: GitStash, now: Entry): Exclude<Inspection, "partial"> {
  if ((now?.oid ?? null) === (stash.after?.oid ?? null)) return "done";
  return (now?.oid ?? null) === (stash.before?.oid ?? null) ? "untouched" : "foreign";
}
