import type { InboxRow } from "@ade/core/views/schema";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { RiskMeter } from "#components/risk-meter.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";
import { AreaRow } from "#components/ui/field-row.tsx";
import { api, type Outputs } from "#lib/api.ts";
import { toProblem } from "#lib/problem.ts";
import { useCommand } from "#lib/use-command.ts";
import { aloneBecause, type BulkDecision, bulkTitle, leftOutWords, mixedWarning } from "./bulk-words.ts";
import type { Decisions } from "./use-decisions.ts";

type Result = Outputs["approvals"]["batch"]["results"][number];
type Props = {
  decision: BulkDecision;
  rows: readonly InboxRow[];
  opened: ReadonlySet<string>;
  decisions: Decisions;
  close: () => void;
  done: () => void;
};

const ALONE = {
  unopened: "left out: open its changes first",
  critical: "left out: decided alone",
  not_asked: "left out: no answer of yours is asked for",
} as const;

/** Says exactly which rows it touches, asks the server before, and shows each row's result after. */
export function BulkDialog({ decision, rows, opened, decisions, close, done }: Props) {
  const [reason, setReason] = useState("");
  const [results, setResults] = useState<ReadonlyMap<string, Result> | null>(null);
  const alone = new Map(rows.map((row) => [row.task_id, aloneBecause(row, decision, opened)]));
  const asked = rows.filter((row) => alone.get(row.task_id) === null);
  const batch = (dryRun: boolean, of: readonly InboxRow[]) =>
    api.approvals.batch.mutate({
      approval_ids: of.map((row) => row.approval_id ?? ""),
      action: decision,
      // A dry run asks about the rows, not about the words that are not written yet.
      ...((decision === "reject" || reason.trim()) && { reason: reason.trim() || "-" }),
      options: {
        continue_on_error: true,
        dry_run: dryRun,
        ...(!dryRun && { undo_seconds: decisions.undoSeconds }),
      },
    });
  const trial = useQuery({
    queryKey: ["bulk_trial", decision, asked.map((row) => row.approval_id)],
    queryFn: async () => byApproval((await batch(true, asked)).results),
    enabled: asked.length > 0,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  });
  // Until the server has said what it would do, the button is off and cannot have the focus.
  const go = useRef<HTMLButtonElement>(null);
  const isChecked = !trial.isPending;
  useEffect(() => {
    if (isChecked && decision === "approve") go.current?.focus();
  }, [isChecked, decision]);
  const isRefused = (row: InboxRow) => trial.data?.get(row.approval_id ?? "")?.success === false;
  const touched = asked.filter((row) => !isRefused(row));
  const left = [...alone.values()].filter((each) => each !== null);
  const warning = mixedWarning(decision, touched);

  const command = useCommand(
    () => batch(false, touched),
    (answer) => {
      const outcome = byApproval(answer.results);
      const stored = touched.filter((row) => outcome.get(row.approval_id ?? "")?.success);
      if (stored.length > 0) {
        decisions.tell({
          rows: stored,
          text: `${decision === "approve" ? "Approved" : "Rejected"}: ${
            stored.length === 1 ? stored[0]?.title : `${stored.length} changes`
          }`,
          isAnswer: true,
          undo: () =>
            Promise.all(stored.map((row) => api.approvals.withdraw.mutate({ id: row.approval_id ?? "" }))),
        });
      }
      void decisions.readAgain();
      if (stored.length === touched.length) done();
      else setResults(outcome);
    },
  );

  const line = (row: InboxRow) => {
    const why = alone.get(row.task_id);
    if (why) return { icon: CircleMinus, tone: "text-ink-3", text: ALONE[why] };
    const result = (results ?? trial.data)?.get(row.approval_id ?? "");
    if (result && !result.success)
      return { icon: CircleAlert, tone: "text-bad", text: result.error?.message ?? "refused" };
    if (results && result) return { icon: CircleCheck, tone: "text-good", text: "stored" };
    return {
      icon: CircleDashed,
      tone: "text-ink-3",
      text: trial.isPending && asked.length > 0 ? "being checked" : "will be answered",
    };
  };
  const words = leftOutWords(left);

  const list = (
    <ul className="divide-y divide-line rounded-lg border border-line">
      {rows.map((row) => {
        const { icon: Icon, tone, text } = line(row);
        return (
          <li key={row.task_id} className="flex items-center gap-3 px-3 py-1.5">
            <RiskMeter
              score={row.risk_score}
              level={row.risk_level}
              className="w-26 shrink-0 max-sm:w-auto"
            />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{row.title}</span>
              <span className="block truncate font-mono text-2xs text-ink-3">{row.target}</span>
            </span>
            <span className="flex max-w-60 items-center gap-1.5 text-xs text-ink-2">
              <Icon size={13} aria-hidden className={`shrink-0 ${tone}`} />
              {text}
            </span>
          </li>
        );
      })}
    </ul>
  );

  if (results)
    return (
      <Dialog title="Not all of them were answered" close={done} wide>
        {list}
        <DialogActions>
          <Button look="primary" onClick={done}>
            Done
          </Button>
        </DialogActions>
      </Dialog>
    );
  return (
    <FormDialog
      title={bulkTitle(decision, touched)}
      description={words.length > 0 ? words.join(" ") : undefined}
      wide
      command={command}
      submit={{
        ref: go,
        label: `${decision === "approve" ? "Approve" : "Reject"} ${touched.length}`,
        danger: decision === "reject",
        isReady: touched.length > 0 && isChecked && (decision === "approve" || reason.trim() !== ""),
        run: () => void command.send(),
      }}
      close={close}
    >
      {warning && (
        <p className="flex items-center gap-2 rounded-md border border-high-line bg-high-soft px-3 py-1.5 text-high">
          <TriangleAlert size={14} aria-hidden className="shrink-0" /> {warning}
        </p>
      )}
      {list}
      {decision === "reject" && (
        <AreaRow
          label="Reason, for all of them"
          rows={2}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      )}
      {trial.error && <p className="text-xs text-bad">{toProblem(trial.error).message}</p>}
    </FormDialog>
  );
}

function byApproval(results: readonly Result[]): ReadonlyMap<string, Result> {
  return new Map(results.map((result) => [result.approval_id, result]));
}
