import type { SecretEntry } from "@ade/core/secrets/schema";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";
import { SecretValueField } from "./secret-value-field.tsx";

type Props = { secret: SecretEntry; done: () => void; close: () => void };

/** Another value for a secret, the one in use from then on. */
export function SecretVersion({ secret, done, close }: Props) {
  const [value, setValue] = useState("");
  const command = useCommand(
    () => api.secrets.add_version.mutate({ name: secret.name, value }),
    () => {
      done();
      close();
    },
  );
  return (
    <FormDialog
      title={`New version of ${secret.name}`}
      description="Tasks use it from now on, approved ones too. Who pins an older version keeps that."
      close={close}
      command={command}
      submit={{ label: "Add version", isReady: value !== "", run: () => void command.send() }}
    >
      <SecretValueField
        value={value}
        onChange={setValue}
        hint="Stored sealed, never shown"
        error={command.issueOf("value")}
      />
    </FormDialog>
  );
}
