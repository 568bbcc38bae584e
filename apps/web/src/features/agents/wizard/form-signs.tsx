import { CircleAlert, CloudCheck, CloudOff, CloudUpload } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { issueWords } from "#lib/issue-words.ts";
import type { FieldIssue } from "#lib/problem.ts";
import type { Keeping } from "./draft-keeper.ts";

const NAMES: Record<string, string> = {
  name: "Name",
  description: "What it does",
  tags: "Tags",
  owner_id: "Owner",
  connection: "Connection",
  model: "Model",
  provider: "Model",
  instructions: "Instructions",
  memory_blocks: "Memory blocks",
  tools: "Tools",
  scopes: "Resources",
  task_types: "Task types",
  capacity: "Tasks at a time",
  limits: "Budgets and rates",
  parameters: "Model calls",
};

/** What keeps a step from being left, read out when it appears. */
export function Problems({ issues }: { issues: readonly FieldIssue[] }) {
  return (
    <div role="alert" className="empty:hidden">
      {issues.length > 0 && (
        <div className="flex gap-2 rounded-md border border-bad-line bg-bad-soft px-3 py-2 text-bad">
          <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0" />
          <div className="min-w-0">
            <p className="font-medium">
              {issues.length === 1
                ? "One thing has to be mended"
                : `${issues.length} things have to be mended`}
            </p>
            <ul className="text-xs">
              {issues.map(({ field, issue }) => (
                <li key={field + issue}>
                  {NAMES[field.split(".")[0] ?? ""] ?? field}: {issue}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </div>
  );
}

/** Whether what is in the form is on the server, in a few words. */
export function KeepSign({ keeping }: { keeping: Keeping }) {
  const [Icon, words] =
    keeping.state === "saving"
      ? [CloudUpload, "Saving…"]
      : keeping.state === "saved"
        ? [CloudCheck, "Draft saved"]
        : [CloudOff, keeping.state === "idle" ? "" : "Not saved"];
  return (
    <p role="status" className="flex min-h-5 items-center gap-1.5 text-xs whitespace-nowrap text-ink-3">
      {words && (
        <>
          <Icon size={14} aria-hidden /> {words}
        </>
      )}
    </p>
  );
}

/** Why it is not saved, and what to do. */
export function KeepTrouble({ keeping }: { keeping: Keeping }) {
  if (keeping.state === "overtaken") {
    return (
      <div
        role="alert"
        className="flex flex-wrap items-center gap-2 rounded-md border border-warn-line bg-warn-soft px-3 py-2 text-warn"
      >
        <span className="min-w-0 flex-1">
          This draft was changed in another window. What you type here is not saved any more.
        </span>
        <Button size="small" onClick={() => location.reload()}>
          Take what was saved
        </Button>
      </div>
    );
  }
  if (keeping.state !== "refused" || !keeping.problem) return null;
  const { message, issues, next } = keeping.problem;
  return (
    <div role="alert" className="rounded-md border border-bad-line bg-bad-soft px-3 py-2 text-bad">
      <p className="font-medium">The draft is not saved: {message}</p>
      {issues.map(({ field, issue }) => (
        <p key={field + issue} className="text-xs">
          {NAMES[field.replace(/^data\./, "").split(".")[0] ?? ""] ?? field}: {issueWords(issue)}
        </p>
      ))}
      {issues.length === 0 && next && <p className="text-xs">{next}</p>}
    </div>
  );
}
