import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { AreaRow } from "#components/ui/field-row.tsx";
import { useCommand } from "#lib/use-command.ts";

const MAX_REASON = 2000;

type Props = {
  title: string;
  description: string;
  label: string;
  action: string;
  danger?: boolean;
  /** Who reads the reason, where it is not the author alone. */
  hint?: string;
  /** A reason may be left out. */
  optional?: boolean;
  run: (reason: string) => Promise<unknown>;
  /** Runs once it is stored; what closes the dialog is in it. */
  done: () => void;
  close: () => void;
};

/** Asks for the reason that goes to the author and into the ledger; a refusal leaves it as it was typed. */
export function ReasonDialog(props: Props) {
  const { title, description, label, action, danger, hint, optional, run, done, close } = props;
  const [reason, setReason] = useState("");
  const command = useCommand(() => run(reason.trim()), done);
  return (
    <FormDialog
      title={title}
      description={description}
      cancel="Keep it as it is"
      command={command}
      submit={{
        label: action,
        danger: danger ?? false,
        isReady: Boolean(optional) || reason.trim() !== "",
        run: () => void command.send(),
      }}
      close={close}
    >
      <AreaRow
        label={label}
        hint={hint ?? "The author reads it, and it stays in the ledger."}
        error={command.issueOf("reason")}
        optional={Boolean(optional)}
        rows={4}
        autoFocus
        maxLength={MAX_REASON}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
