import type { SecretEntry } from "@ade/core/secrets/schema";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { ChipsRow } from "#components/ui/chips-row.tsx";
import { TextRow } from "#components/ui/field-row.tsx";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";
import { SecretValueField } from "./secret-value-field.tsx";

type Props = { secret: SecretEntry | null; done: () => void; close: () => void };

/** A new secret, or who may use one. Its value is not here: it is only ever replaced. */
export function SecretForm({ secret, done, close }: Props) {
  const isEntered = secret !== null && secret.version !== null;
  const [name, setName] = useState(secret?.name ?? "");
  const [value, setValue] = useState("");
  const [description, setDescription] = useState(secret?.description ?? "");
  const [types, setTypes] = useState<string[]>(secret?.task_types ?? []);
  const [patterns, setPatterns] = useState<string[]>(secret?.resource_patterns ?? []);
  const command = useCommand(
    () => {
      const parts = { description: description.trim(), task_types: types, resource_patterns: patterns };
      return secret && secret.version !== null
        ? api.secrets.update.mutate({ name: secret.name, expected_version: secret.version, ...parts })
        : api.secrets.create.mutate({ name: name.trim(), ...(value !== "" && { value }), ...parts });
    },
    () => {
      done();
      close();
    },
    { SECRET_EXISTS: "name" },
  );

  return (
    <FormDialog
      title={secret ? (isEntered ? `Edit ${secret.name}` : `Limit ${secret.name}`) : "New secret"}
      close={close}
      wide
      command={command}
      submit={{
        label: isEntered ? "Save" : "Add secret",
        isReady: name.trim() !== "",
        run: () => void command.send(),
      }}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <TextRow
          label="Name"
          hint={
            <>
              Tasks write <code>secret://{name.trim().toLowerCase().replaceAll("_", "-") || "name"}</code>
            </>
          }
          error={command.issueOf("name")}
          isCode
          autoFocus={!secret}
          autoComplete="off"
          spellCheck={false}
          maxLength={63}
          disabled={secret !== null}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextRow
          label="What it is for"
          optional
          error={command.issueOf("description")}
          maxLength={500}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </div>
      {!isEntered && (
        <SecretValueField
          optional
          value={value}
          onChange={setValue}
          hint="Stored sealed, never shown. Without one, workers take it from their environment."
          error={command.issueOf("value")}
        />
      )}
      <div className="grid gap-3 sm:grid-cols-2">
        <ChipsRow
          label="Only for task types"
          optional
          hint="None: tasks of every type"
          error={command.issueOf("task_types")}
          value={types}
          onChange={setTypes}
          placeholder="service.*"
        />
        <ChipsRow
          label="Only on resources"
          optional
          hint="Everything that a task touches has to fit one"
          error={command.issueOf("resource_patterns")}
          value={patterns}
          onChange={setPatterns}
          placeholder="database:prod/*"
        />
      </div>
    </FormDialog>
  );
}
