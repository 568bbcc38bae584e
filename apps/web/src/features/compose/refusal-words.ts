import { issueWords } from "#lib/issue-words.ts";
import type { Problem } from "#lib/problem.ts";

/** What was refused, each field once: the message of a refusal that names fields only repeats the first of them. */
export function refusalWords(problem: Pick<Problem, "message" | "issues">): string[] {
  if (problem.issues.length === 0) return [problem.message];
  return problem.issues.map(({ field, issue }) => `${nameOf(field)}: ${issue}`);
}

/** The words about a field of the form, or about something inside it. */
export function issueAbout(problem: Pick<Problem, "issues"> | null, shown: string): string | undefined {
  const found = problem?.issues.find(({ field }) => field === shown || field.startsWith(`${shown}.`));
  if (!found) return undefined;
  const inside = found.field.slice(shown.length + 1);
  return inside ? `${inside}: ${found.issue}` : issueWords(found.issue);
}

/** A field as the form names it, without where it stands in the request. */
const nameOf = (field: string) =>
  field.replace(/^(?:config|metadata)\.(?:parameters\.(?:arguments\.)?)?/, "");
