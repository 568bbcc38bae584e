import { useRef, useState } from "react";
import { issueWords } from "./issue-words.ts";
import { type FieldIssue, type Problem, toProblem } from "./problem.ts";

export type Command = {
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** Everything that was refused is shown at a field. */
  readonly isOnFields: boolean;
  /** Field errors that no field of the form asked for. */
  readonly rest: readonly FieldIssue[];
  /** The server's words about a field, or about what is inside it. Call it for each field that is shown. */
  readonly issueOf: (field: string) => string | undefined;
  /** The same, of the field as a whole and of nothing inside it. */
  readonly issueAt: (field: string) => string | undefined;
  readonly send: () => Promise<void>;
};

/**
 * A command of a form or a button: busy while it is on its way, its refusal told field by field. `fieldOfCode` gives
 * codes that are about one field their place: `{ EMAIL_TAKEN: "email" }`. After a refusal the first wrong field of the
 * open dialog has the focus.
 */
export function useCommand<T>(
  run: () => Promise<T>,
  done: (result: T) => void,
  fieldOfCode: Readonly<Record<string, string>> = {},
): Command {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const asked = useRef(new Set<string>());
  const issues = problem ? issuesOf(problem, fieldOfCode) : [];
  const rest = issues.filter(({ field }) => ![...asked.current].some((each) => isAbout(field, each)));

  return {
    busy,
    problem,
    isOnFields: issues.length > 0 && rest.length === 0,
    rest,
    issueOf(field) {
      asked.current.add(field);
      return issues.find((each) => isAbout(each.field, field))?.issue;
    },
    issueAt(field) {
      asked.current.add(`${field}!`);
      return issues.find((each) => each.field === field)?.issue;
    },
    async send() {
      if (busy) return;
      setBusy(true);
      setProblem(null);
      try {
        done(await run());
      } catch (error) {
        setProblem(toProblem(error));
        requestAnimationFrame(() =>
          document.querySelector<HTMLElement>("[role=dialog] [aria-invalid=true]")?.focus(),
        );
      } finally {
        setBusy(false);
      }
    },
  };
}

function issuesOf(problem: Problem, fieldOfCode: Readonly<Record<string, string>>): FieldIssue[] {
  const field = fieldOfCode[problem.code];
  if (field) return [{ field, issue: problem.message }];
  return problem.issues.map((each) => ({ ...each, issue: issueWords(each.issue) }));
}

function isAbout(field: string, shown: string): boolean {
  return shown === `${field}!` || field === shown || field.startsWith(`${shown}.`);
}
