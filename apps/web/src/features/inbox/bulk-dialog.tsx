import type { InboxRow } from "@ade/core/views/schema";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useState } from "react";
import { RiskMeter } from "#components/risk-meter.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { toProblem } from "#lib/problem.ts";
import { isGrave } from "./grave.ts";
import type { useDecisions } from "./use-decisions.ts";

type Props = {
  decision: "approve" | "reject";
  rows: readonly InboxRow[];
  decisions: ReturnType<typeof useDecisions>;
  close: () => void;
  done: () => void;
};

/** Why a row has to be decided alone, or null. */
function mustBeAlone(row: InboxRow, decision: Props["decision"]): string | null {
  if (!row.approval_id || row.my_status !== "PENDING") return "no answer of yours is asked for";
  return decision === "approve" && isGrave(row.risk_level)
    ? "open it: its changes have to be looked at"
    : null;
}

/** Says exactly which rows it touches, sends one answer each, and shows each result. */
export function BulkDialog({ decision, rows, decisions, close, done }: Props) {
  const [reason, setReason] = useState("");
  const [results, setResults] = useState<ReadonlyMap<string, string>>(new Map());
  const [running, setRunning] = useState(false);
  const isDone = results.size > 0 && !running;
  const touched = rows.filter((row) => mustBeAlone(row, decision) === null);
  const word = decision === "approve" ? "Approve" : "Reject";

  const run = async () => {
    setRunning(true);
    for (const row of touched) {
      const outcome = await decisions.send(row, decision, reason.trim()).then(
        () => "",
        (error: unknown) => toProblem(error).message,
      );
      setResults((before) => new Map(before).set(row.task_id, outcome));
      if (!outcome) decisions.forget(row.task_id);
    }
    setRunning(false);
  };

  return (
    <Dialog
      title={`${word} ${touched.length} of ${rows.length} selected`}
      description="Each takes effect after the undo time of 10 seconds."
      close={isDone ? done : close}
      wide
    >
      <ul className="divide-y divide-line rounded-lg border border-line">
        {rows.map((row) => {
          const alone = mustBeAlone(row, decision);
          const outcome = results.get(row.task_id);
          const Icon = outcome === "" ? CircleCheck : outcome || alone ? CircleAlert : CircleDashed;
          return (
            <li key={row.task_id} className="flex items-center gap-3 px-3 py-1.5">
              <RiskMeter score={row.risk_score} level={row.risk_level} className="w-26 shrink-0" />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{row.title}</span>
                <span className="block truncate font-mono text-2xs text-ink-3">{row.target}</span>
              </span>
              <span className="flex max-w-56 items-center gap-1.5 text-xs text-ink-2">
                <Icon
                  size={13}
                  aria-hidden
                  className={outcome === "" ? "text-good" : outcome ? "text-bad" : "text-ink-3"}
                />
                {outcome === "" ? "stored" : outcome || (alone ? `left out: ${alone}` : "will be answered")}
              </span>
            </li>
          );
        })}
      </ul>
      {decision === "reject" && !isDone && (
        <Field label="Reason, for all of them" className="mt-3">
          {(parts) => (
            <textarea
              {...parts}
              rows={2}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              className="field"
            />
          )}
        </Field>
      )}
      <DialogActions>
        {isDone ? (
          <Button look="primary" onClick={done}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={close}>Cancel</Button>
            <Button
              look={decision === "approve" ? "primary" : "danger"}
              acts
              busy={running}
              disabled={touched.length === 0 || (decision === "reject" && !reason.trim())}
              onClick={() => void run()}
            >
              {word} {touched.length}
            </Button>
          </>
        )}
      </DialogActions>
    </Dialog>
  );
}
