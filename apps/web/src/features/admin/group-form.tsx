import type { UserEntry } from "@ade/core/identity/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { TextRow } from "#components/ui/field-row.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { queries } from "#lib/queries.ts";
import { useCommand } from "#lib/use-command.ts";

/** People into a group; without a name, a new one, which is made with its first members. */
export function GroupForm({ group, close }: { group: string; close: () => void }) {
  const client = useQueryClient();
  const [search, setSearch] = useState("");
  const found = useQuery(queries.users(useDeferredValue(search))).data?.users ?? [];
  const [name, setName] = useState(group);
  const [chosen, setChosen] = useState<readonly UserEntry[]>([]);
  const isNew = group === "";
  const ids = chosen.map(({ id }) => id);
  const outside = found.filter(
    (user) => user.active && !user.groups.includes(group) && !ids.includes(user.id),
  );
  // Who was chosen stays known, whatever is looked for next.
  const people = [...chosen, ...outside];
  const command = useCommand(
    async () => {
      for (const user of chosen) {
        await api.users.update.mutate({ id: user.id, groups: [...user.groups, name.trim()] });
      }
    },
    () => {
      toast({ text: `${ids.length} ${ids.length === 1 ? "person" : "people"} added to ${name.trim()}` });
      void client.invalidateQueries({ queryKey: ["users"] });
      void client.invalidateQueries({ queryKey: ["groups"] });
      close();
    },
  );
  return (
    <FormDialog
      title={isNew ? "New group" : `Add to ${group}`}
      close={close}
      command={command}
      submit={{
        label: isNew ? "Make group" : "Add",
        isReady: ids.length > 0 && name.trim() !== "",
        run: () => void command.send(),
      }}
    >
      {isNew && (
        <TextRow
          label="Name"
          hint="As policies will call it: security, sre, billing-owners"
          error={command.issueOf("groups")}
          autoFocus
          autoComplete="off"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      <Field label={isNew ? "First members" : "People"}>
        {(parts) => (
          <ChipPicker
            {...parts}
            value={ids}
            onChange={(next) => setChosen(people.filter(({ id }) => next.includes(id)))}
            onSearch={setSearch}
            choices={people.map((user) => ({
              value: user.id,
              label: user.name,
              note: user.roles.join(", "),
            }))}
            placeholder="Type a name"
            none="Nobody by this name is outside of it"
          />
        )}
      </Field>
    </FormDialog>
  );
}
