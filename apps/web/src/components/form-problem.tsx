import { CircleAlert } from "lucide-react";
import type { Command } from "#lib/use-command.ts";

/** What the server refused and no field of the form shows, above the buttons; with the request id where it broke. */
export function FormProblem({ command }: { command: Command }) {
  const { problem, rest, isOnFields } = command;
  if (!problem) return null;
  return (
    <div
      role="alert"
      className="mt-3 flex gap-2 rounded-md border border-bad-line bg-bad-soft px-3 py-2 text-bad"
    >
      <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">{isOnFields ? "Something above needs another look." : problem.message}</p>
        {rest.map(({ field, issue }) => (
          <p key={field + issue} className="text-xs break-words">
            <code>{field}</code> {issue}
          </p>
        ))}
        {!isOnFields && rest.length === 0 && problem.next && <p className="text-xs">{problem.next}</p>}
        {problem.requestId && (problem.status >= 500 || problem.status < 400) && (
          <p className="text-xs">
            Request <code className="select-all">{problem.requestId}</code>
          </p>
        )}
      </div>
    </div>
  );
}
