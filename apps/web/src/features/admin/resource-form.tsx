import type { ResourceEntry, ResourceType } from "@ade/core/resources/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { SelectRow, TextRow } from "#components/ui/field-row.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { Problem } from "#lib/problem.ts";
import { queries } from "#lib/queries.ts";
import { useCommand } from "#lib/use-command.ts";
import { partsOf, RESOURCE_TYPES } from "./resource-key.ts";

/** An entry of the catalogue. Its key is its identity: only name, criticality and dependencies change. */
export function ResourceForm({ resource, close }: { resource?: ResourceEntry; close: () => void }) {
  const client = useQueryClient();
  const [type, setType] = useState<ResourceType>("service");
  const [namespace, setNamespace] = useState("");
  const [id, setId] = useState("");
  const [name, setName] = useState(resource?.name ?? "");
  const [criticality, setCriticality] = useState(
    resource?.criticality == null ? "" : String(resource.criticality),
  );
  const [dependsOn, setDependsOn] = useState<string[]>(resource?.depends_on ?? []);
  const [search, setSearch] = useState("");
  const found = useQuery(queries.resources(useDeferredValue(search)));
  const command = useCommand(
    () => {
      const depends_on = dependsOn.map((key) => partsOf(key) ?? misspelt(key));
      const score = criticality.trim() === "" ? null : Number(criticality);
      if (resource) {
        return api.resources.update.mutate({
          key: resource.key,
          name: name.trim() || null,
          criticality: score,
          depends_on,
        });
      }
      return api.resources.create.mutate({
        type,
        id: id.trim(),
        depends_on,
        ...(namespace.trim() && { namespace: namespace.trim() }),
        ...(name.trim() && { name: name.trim() }),
        ...(score !== null && { criticality: score }),
      });
    },
    (stored) => {
      toast({ text: `Stored: ${stored.key}` });
      void client.invalidateQueries({ queryKey: ["resources"] });
      close();
    },
    { RESOURCE_EXISTS: "id", INVALID_RESOURCE_NAME: "id" },
  );
  return (
    <FormDialog
      title={resource ? (resource.name ?? "Catalogue entry") : "New resource"}
      description={
        resource ? (
          <code className="break-all">{resource.key}</code>
        ) : (
          "What changes may touch, and what risk is reckoned from."
        )
      }
      close={close}
      form="sheet"
      command={command}
      submit={{ label: resource ? "Store" : "Enter resource", run: () => void command.send() }}
    >
      {!resource && (
        <>
          <div className="flex gap-3 max-sm:flex-col">
            <SelectRow
              label="Type"
              className="flex-1"
              error={command.issueOf("type")}
              value={type}
              onChange={(event) => setType(event.target.value as ResourceType)}
            >
              {RESOURCE_TYPES.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </SelectRow>
            <TextRow
              label="Namespace"
              optional
              className="flex-1"
              error={command.issueOf("namespace")}
              spellCheck={false}
              maxLength={100}
              value={namespace}
              placeholder="default"
              onChange={(event) => setNamespace(event.target.value)}
            />
          </div>
          <TextRow
            label="Id"
            hint={
              <>
                Tasks name it <code>{`${type}:${namespace.trim() || "default"}/${id.trim() || "…"}`}</code>
              </>
            }
            error={command.issueOf("id")}
            spellCheck={false}
            maxLength={200}
            value={id}
            onChange={(event) => setId(event.target.value)}
          />
        </>
      )}
      <div className="flex gap-3 max-sm:flex-col">
        <TextRow
          label="Name for people"
          optional
          className="flex-1"
          error={command.issueOf("name")}
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextRow
          label="Criticality"
          optional
          hint="0 to 100"
          className="w-36 max-sm:w-full"
          error={command.issueOf("criticality")}
          type="number"
          inputMode="numeric"
          min={0}
          max={100}
          value={criticality}
          placeholder="That of its type"
          onChange={(event) => setCriticality(event.target.value)}
        />
      </div>
      <Field
        label="Depends on"
        optional
        hint="A change to one of these is felt here too."
        error={command.issueOf("depends_on")}
      >
        {(parts) => (
          <ChipPicker
            {...parts}
            free
            isCode
            value={dependsOn}
            onChange={setDependsOn}
            onSearch={setSearch}
            choices={(found.data?.resources ?? [])
              .filter((other) => other.key !== resource?.key)
              .map((other) => ({ value: other.key, label: other.key, note: other.name ?? undefined }))}
            placeholder="Type a key or a name"
          />
        )}
      </Field>
    </FormDialog>
  );
}

/** A key that cannot be taken apart is refused here as the server would refuse it: at its field. */
function misspelt(key: string): never {
  const issue = `“${key}” is not spelled as type:namespace/id, with one of the types above`;
  throw new Problem({
    code: "VALIDATION_ERROR",
    status: 400,
    message: "The request is not valid.",
    details: [{ field: "depends_on", issue }],
  });
}
