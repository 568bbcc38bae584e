import { ChangeArgumentsDialog } from "#features/task/change-arguments-dialog.tsx";
import { ApproveWithDialog } from "./approve-with-dialog.tsx";
import { BulkDialog } from "./bulk-dialog.tsx";
import { DelegateDialog } from "./delegate-dialog.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";
import { SnoozeDialog } from "./snooze-dialog.tsx";
import { TargetDialog } from "./target-dialog.tsx";
import { type Decisions, decision } from "./use-decisions.ts";
import type { DecisionDialog } from "./use-inbox-keys.ts";

type Props = {
  dialog: DecisionDialog;
  decisions: Decisions;
  /** Whose changes were opened. */
  opened: ReadonlySet<string>;
  close: () => void;
  /** Runs once the decision is on its way. */
  done: () => void;
};

/** Decisions that need a word more than a key. */
export function DecisionDialogs({ dialog, decisions, opened, close, done }: Props) {
  const parts = { decisions, close, done };
  switch (dialog.kind) {
    case "bulk":
      return <BulkDialog {...dialog} {...parts} opened={opened} />;
    case "delegate":
      return <DelegateDialog row={dialog.row} {...parts} />;
    case "snooze":
      return <SnoozeDialog row={dialog.row} {...parts} />;
    case "approve_with":
      return <ApproveWithDialog row={dialog.row} {...parts} />;
    case "target":
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
    case "reason": {
      const isReject = dialog.decision === "reject";
      const deed = (reason?: string) => decision(dialog.row, dialog.decision, decisions.undoSeconds, reason);
      return (
        <ReasonDialog
          title={isReject ? "Reject this change" : "Ask for changes"}
          description={dialog.row.title}
          label={isReject ? "Why it must not be done" : "What has to be different"}
          action={isReject ? "Reject" : "Send back"}
          danger={isReject}
          run={(reason) => decisions.store(deed(reason))}
          done={() => {
            done();
            decisions.tell(deed());
          }}
          close={close}
        />
      );
    }
    case "change_arguments":
      return <ChangeArgumentsDialog task={dialog.task} close={close} />;
  }
}
