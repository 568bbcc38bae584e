import type { UserEntry } from "@ade/core/identity/schema";
import type { InboxRow } from "@ade/core/views/schema";
import { type FormEvent, useMemo, useState } from "react";
import { PersonPicker } from "#components/person-picker.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { api } from "#lib/api.ts";
import { useMe } from "#lib/session.ts";
import type { Decisions } from "./use-decisions.ts";

type Props = { row: InboxRow; decisions: Decisions; close: () => void; done: () => void };

/** Passes this one approval on to somebody else, who then answers in one's place. */
export function DelegateDialog({ row, decisions, close, done }: Props) {
  const me = useMe();
  const [person, setPerson] = useState<UserEntry | null>(null);
  const [reason, setReason] = useState("");
  const without = useMemo(() => new Set(me ? [me.id] : []), [me]);
  const isReady = person !== null && reason.trim() !== "";
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!isReady) return;
    done();
    void decisions.perform({
      rows: [row],
      text: `Passed on to ${person.name}: ${row.title}`,
      detail: "They are asked in your place; you are shown on the task as who was named.",
      run: () =>
        api.approvals.respond.mutate({
          id: row.approval_id ?? "",
          action: "delegate",
          delegate_to: person.id,
          reason: reason.trim(),
          ...(row.content_hash && { content_hash: row.content_hash }),
        }),
      undo: () => api.approvals.withdraw.mutate({ id: row.approval_id ?? "" }),
    });
  };
  return (
    <Dialog title="Delegate this approval" description={row.title} close={close}>
      <form className="flex flex-col gap-3" onSubmit={submit}>
        <Field label="To" hint="They answer in your place, for this approval alone.">
          {(parts) => <PersonPicker {...parts} value={person} onChange={setPerson} without={without} />}
        </Field>
        <Field label="Why them" hint="They read it, and it stays in the ledger.">
          {(parts) => (
            <textarea
              {...parts}
              rows={3}
              maxLength={2000}
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
          <Button onClick={close}>Keep it</Button>
          <Button type="submit" look="primary" acts disabled={!isReady}>
            Delegate <Kbd keys="mod+enter" className="border-current! text-current! opacity-70" />
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
