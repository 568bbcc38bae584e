import { BulkDialog } from "./bulk-dialog.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";
import { TargetDialog } from "./target-dialog.tsx";
import type { useDecisions } from "./use-decisions.ts";
import type { DecisionDialog } from "./use-inbox-keys.ts";

type Props = {
  dialog: DecisionDialog;
  decisions: ReturnType<typeof useDecisions>;
  close: () => void;
  /** Runs once the decision is on its way. */
  done: () => void;
};

/** Decisions that need a word more than a key. */
export function DecisionDialogs({ dialog, decisions, close, done }: Props) {
  if (dialog.kind === "bulk")
    return <BulkDialog {...dialog} decisions={decisions} close={close} done={done} />;
  if (dialog.kind === "target") {
    return (
      <TargetDialog
        row={dialog.row}
        close={close}
        confirm={() => {
          done();
          void decisions.decide(dialog.row, "approve");
        }}
      />
    );
  }
  return (
    <ReasonDialog
      title={dialog.decision === "reject" ? "Reject this change" : "Request changes"}
      description={dialog.row.title}
      label={dialog.decision === "reject" ? "Why it must not be done" : "What has to be different"}
      action={dialog.decision === "reject" ? "Reject" : "Send back"}
      danger={dialog.decision === "reject"}
      close={close}
      confirm={(reason) => {
        done();
        void decisions.decide(dialog.row, dialog.decision, reason);
      }}
    />
  );
}
