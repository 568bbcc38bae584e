import type { UserEntry } from "@ade/core/identity/schema";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { PersonPicker } from "#components/person-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { TextRow } from "#components/ui/field-row.tsx";
import { api } from "#lib/api.ts";
import { serverNow } from "#lib/server-time.ts";
import { useCommand } from "#lib/use-command.ts";

const HOUR_MS = 3_600_000;

/** What `datetime-local` shows of a moment: local, to the minute. */
function localValue(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
const isoOf = (local: string) => (local === "" ? "" : new Date(local).toISOString());

/** Puts somebody on call. */
export function ShiftForm({ done, close }: { done: () => void; close: () => void }) {
  const hour = Math.ceil(serverNow() / HOUR_MS) * HOUR_MS;
  const [person, setPerson] = useState<UserEntry | null>(null);
  const [from, setFrom] = useState(localValue(hour));
  const [to, setTo] = useState(localValue(hour + 12 * HOUR_MS));
  const [note, setNote] = useState("");
  const command = useCommand(
    () =>
      api.on_call.create.mutate({
        user_id: person?.id ?? "",
        starts_at: isoOf(from),
        ends_at: isoOf(to),
        ...(note.trim() && { note: note.trim() }),
      }),
    () => {
      done();
      close();
    },
  );
  return (
    <FormDialog
      title="New shift"
      description="Times are those of this browser."
      close={close}
      command={command}
      submit={{
        label: "Put on call",
        isReady: person !== null && from !== "" && to !== "",
        run: () => void command.send(),
      }}
    >
      <Field label="Who" hint="A reviewer or an admin, who can answer" error={command.issueOf("user_id")}>
        {(parts) => <PersonPicker {...parts} value={person} onChange={setPerson} />}
      </Field>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextRow
          label="From"
          error={command.issueOf("starts_at")}
          type="datetime-local"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
        <TextRow
          label="Until"
          error={command.issueOf("ends_at")}
          type="datetime-local"
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
      </div>
      <TextRow
        label="Note"
        optional
        error={command.issueOf("note")}
        maxLength={200}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
    </FormDialog>
  );
}
