import { useQuery, useQueryClient } from "@tanstack/react-query";
import { use } from "react";
import { Controller, useFormContext, useWatch } from "react-hook-form";
import { PersonPicker } from "#components/person-picker.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { queries } from "#lib/queries.ts";
import { useMe } from "#lib/session.ts";
import { agentQueries } from "../queries.ts";
import type { AgentForm } from "./agent-form.ts";
import { AreaField, FormLook, TextField, useIssue } from "./rows.tsx";

/** Step 1: who it is. `isNew`: its name and owner are chosen once; later an admin hands it over. */
export function IdentityFields({ isNew }: { isNew: boolean }) {
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
      {isNew && <OwnerField />}
    </>
  );
}

/** Who answers for it: whoever makes it, where nobody is named. */
function OwnerField() {
  const me = useMe();
  const client = useQueryClient();
  const { control, setValue } = useFormContext<AgentForm>();
  const id = useWatch({ control, name: "owner_id" });
  const owner = useQuery({ ...queries.user(id), enabled: id !== "" });
  const person = id === "" ? null : (owner.data ?? null);
  return (
    <Field label="Owner" hint="Who answers for it, and may pause it." error={useIssue("owner_id")}>
      {(parts) => (
        <PersonPicker
          key={id === "" || owner.data ? "there" : "coming"}
          {...parts}
          anyRole
          placeholder={me ? `${me.name} (you)` : "You"}
          value={person}
          onChange={(chosen) => {
            if (chosen) client.setQueryData(queries.user(chosen.id).queryKey, chosen);
            setValue("owner_id", chosen?.id ?? "", { shouldDirty: true });
          }}
        />
      )}
    </Field>
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
