import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { SelectRow, TextRow } from "#components/ui/field-row.tsx";
import { api } from "#lib/api.ts";
import { queries } from "#lib/queries.ts";
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
  const people = useQuery(queries.users(""));
  const able = (people.data?.users ?? []).filter(
    ({ active, roles }) => active && roles.some((role) => role === "reviewer" || role === "admin"),
  );
  const hour = Math.ceil(serverNow() / HOUR_MS) * HOUR_MS;
  const [userId, setUserId] = useState("");
  const [from, setFrom] = useState(localValue(hour));
  const [to, setTo] = useState(localValue(hour + 12 * HOUR_MS));
  const [note, setNote] = useState("");
  const command = useCommand(
    () =>
      api.on_call.create.mutate({
        user_id: userId,
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
        isReady: userId !== "" && from !== "" && to !== "",
        run: () => void command.send(),
      }}
    >
      <SelectRow
        label="Who"
        hint="A reviewer or an admin, who can answer"
        error={command.issueOf("user_id")}
        value={userId}
        onChange={(event) => setUserId(event.target.value)}
      >
        <option value="">Choose somebody</option>
        {able.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectRow>
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
