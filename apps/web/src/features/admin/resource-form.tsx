import type { ResourceEntry, ResourceType } from "@ade/core/resources/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useDeferredValue, useState } from "react";
import { FormFoot } from "#components/form-foot.tsx";
import { Button } from "#components/ui/button.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
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
    <Dialog
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
    >
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void command.send();
        }}
      >
        {!resource && (
          <>
            <div className="flex gap-3 max-sm:flex-col">
              <Field label="Type" className="flex-1" error={command.issueOf("type")}>
                {(parts) => (
                  <select
                    {...parts}
                    value={type}
                    onChange={(event) => setType(event.target.value as ResourceType)}
                    className="field"
                  >
                    {RESOURCE_TYPES.map((each) => (
                      <option key={each}>{each}</option>
                    ))}
                  </select>
                )}
              </Field>
              <Field label="Namespace" optional className="flex-1" error={command.issueOf("namespace")}>
                {(parts) => (
                  <input
                    {...parts}
                    spellCheck={false}
                    maxLength={100}
                    value={namespace}
                    placeholder="default"
                    onChange={(event) => setNamespace(event.target.value)}
                    className="field"
                  />
                )}
              </Field>
            </div>
            <Field
              label="Id"
              hint={
                <>
                  Tasks name it <code>{`${type}:${namespace.trim() || "default"}/${id.trim() || "…"}`}</code>
                </>
              }
              error={command.issueOf("id")}
            >
              {(parts) => (
                <input
                  {...parts}
                  spellCheck={false}
                  maxLength={200}
                  value={id}
                  onChange={(event) => setId(event.target.value)}
                  className="field"
                />
              )}
            </Field>
          </>
        )}
        <div className="flex gap-3 max-sm:flex-col">
          <Field label="Name for people" optional className="flex-1" error={command.issueOf("name")}>
            {(parts) => (
              <input
                {...parts}
                maxLength={200}
                value={name}
                onChange={(event) => setName(event.target.value)}
                className="field"
              />
            )}
          </Field>
          <Field
            label="Criticality"
            optional
            hint="0 to 100"
            className="w-36 max-sm:w-full"
            error={command.issueOf("criticality")}
          >
            {(parts) => (
              <input
                {...parts}
                type="number"
                inputMode="numeric"
                min={0}
                max={100}
                value={criticality}
                placeholder="That of its type"
                onChange={(event) => setCriticality(event.target.value)}
                className="field num"
              />
            )}
          </Field>
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
        <FormFoot command={command}>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" acts busy={command.busy}>
            {resource ? "Store" : "Enter resource"}
          </Button>
        </FormFoot>
      </form>
    </Dialog>
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
