import { type FormEvent, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

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
  const isReady = optional || reason.trim() !== "";
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (isReady) confirm(reason.trim());
  };
  return (
    <Dialog title={title} description={description} close={close}>
      <form onSubmit={submit}>
        <Field
          label={label}
          hint="The author reads it, and it stays in the ledger."
          optional={Boolean(optional)}
        >
          {(parts) => (
            <textarea
              {...parts}
              rows={4}
              autoFocus
              maxLength={MAX_REASON}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit();
              }}
              className="field"
            />
          )}
        </Field>
        <DialogActions>
          <Button onClick={close}>Keep it as it is</Button>
          <Button type="submit" look={danger ? "danger" : "primary"} acts disabled={!isReady}>
            {action}{" "}
            <Kbd keys="mod+enter" className={danger ? "" : "border-current! text-current! opacity-70"} />
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
