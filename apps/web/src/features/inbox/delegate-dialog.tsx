import type { UserEntry } from "@ade/core/identity/schema";
import type { InboxRow } from "@ade/core/views/schema";
import { useMemo, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { PersonPicker } from "#components/person-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { AreaRow } from "#components/ui/field-row.tsx";
import { api } from "#lib/api.ts";
import { useMe } from "#lib/session.ts";
import { useCommand } from "#lib/use-command.ts";
import type { Decisions, Deed } from "./use-decisions.ts";

type Props = { row: InboxRow; decisions: Decisions; close: () => void; done: () => void };

/** Passes this one approval on to somebody else, who then answers in one's place. */
export function DelegateDialog({ row, decisions, close, done }: Props) {
  const me = useMe();
  const [person, setPerson] = useState<UserEntry | null>(null);
  const [reason, setReason] = useState("");
  const without = useMemo(() => new Set(me ? [me.id] : []), [me]);
  const deed: Deed = {
    rows: [row],
    text: `Passed on to ${person?.name}: ${row.title}`,
    detail: "They are asked in your place; you are shown on the task as who was named.",
    run: () =>
      api.approvals.respond.mutate({
        id: row.approval_id ?? "",
        action: "delegate",
        delegate_to: person?.id ?? "",
        reason: reason.trim(),
        ...(row.content_hash && { content_hash: row.content_hash }),
      }),
    undo: () => api.approvals.withdraw.mutate({ id: row.approval_id ?? "" }),
  };
  const command = useCommand(
    () => decisions.store(deed),
    () => {
      done();
      decisions.tell(deed);
    },
  );
  return (
    <FormDialog
      title="Delegate this approval"
      description={row.title}
      cancel="Keep it"
      command={command}
      submit={{
        label: "Delegate",
        isReady: person !== null && reason.trim() !== "",
        run: () => void command.send(),
      }}
      close={close}
    >
      <Field
        label="To"
        hint="They answer in your place, for this approval alone."
        error={command.issueOf("delegate_to")}
      >
        {(parts) => <PersonPicker {...parts} value={person} onChange={setPerson} without={without} />}
      </Field>
      <AreaRow
        label="Why them"
        hint="They read it, and it stays in the ledger."
        error={command.issueOf("reason")}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
