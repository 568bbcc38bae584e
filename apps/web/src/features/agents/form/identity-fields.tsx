import { useQuery } from "@tanstack/react-query";
import { use } from "react";
import { Controller, useFormContext } from "react-hook-form";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { queries } from "#lib/queries.ts";
import { useMe } from "#lib/session.ts";
import { agentQueries } from "../queries.ts";
import type { AgentForm } from "./agent-form.ts";
import { AreaField, FormLook, SelectField, TextField, useIssue } from "./rows.tsx";

/** Step 1: who it is. `isNew`: its name and owner are chosen once; later an admin hands it over. */
export function IdentityFields({ isNew }: { isNew: boolean }) {
  const me = useMe();
  const users = useQuery({ ...queries.users(""), enabled: isNew });
  return (
    <>
      {isNew && (
        <TextField
          name="name"
          label="Name"
          hint="Two characters or more; no two agents share one."
          maxLength={100}
        />
      )}
      <AreaField
        name="description"
        label="What it does"
        optional
        hint="For the people who see its proposals."
        rows={3}
        maxLength={2000}
      />
      <TagField />
      {isNew && (
        <SelectField name="owner_id" label="Owner" hint="Who answers for it, and may pause it.">
          <option value="">{me ? `${me.name} (you)` : "You"}</option>
          {users.data?.users
            .filter((user) => user.active && user.id !== me?.id)
            .map((user) => (
              <option key={user.id} value={user.id}>
                {user.name}
              </option>
            ))}
        </SelectField>
      )}
    </>
  );
}

function TagField() {
  const { control } = useFormContext<AgentForm>();
  const { changed, readOnly } = use(FormLook);
  const cards = useQuery(agentQueries.cards({}, 1));
  const error = useIssue("tags");
  return (
    <Controller
      control={control}
      name="tags"
      render={({ field }) => (
        <Field label="Tags" optional changed={changed.has("tags")} error={error}>
          {(parts) => (
            <ChipPicker
              {...parts}
              free
              disabled={readOnly}
              value={field.value}
              onChange={field.onChange}
              choices={(cards.data?.tags ?? []).map((tag) => ({ value: tag, label: tag }))}
              placeholder="Type one, then Enter"
            />
          )}
        </Field>
      )}
    />
  );
}
