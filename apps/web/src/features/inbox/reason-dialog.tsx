import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { AreaRow } from "#components/ui/field-row.tsx";

const MAX_REASON = 2000;

type Props = {
  title: string;
  description: string;
  label: string;
  action: string;
  danger?: boolean;
  /** A reason may be left out. */
  optional?: boolean;
  close: () => void;
  confirm: (reason: string) => void;
};

/** Asks for the reason that goes to the author and into the ledger. */
export function ReasonDialog({ title, description, label, action, danger, optional, close, confirm }: Props) {
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={title}
      description={description}
      cancel="Keep it as it is"
      submit={{
        label: action,
        danger: danger ?? false,
        isReady: Boolean(optional) || reason.trim() !== "",
        run: () => confirm(reason.trim()),
      }}
      close={close}
    >
      <AreaRow
        label={label}
        hint="The author reads it, and it stays in the ledger."
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
