import type { InboxRow } from "@ade/core/views/schema";
import { TypedNameDialog } from "#components/typed-name-dialog.tsx";

/** Critical risk: whoever approves spells out what it will touch. */
export function TargetDialog({
  row,
  close,
  confirm,
}: {
  row: InboxRow;
  close: () => void;
  confirm: () => void;
}) {
  return (
    <TypedNameDialog
      title="Approve a critical change"
      description={row.title}
      name={row.target}
      action="Approve"
      close={close}
      confirm={confirm}
    />
  );
}
