import type { SecretEntry } from "@ade/core/secrets/schema";
import { type FormEvent, useState } from "react";
import { FormFoot } from "#components/form-foot.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
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
    <Dialog
      title={`New version of ${secret.name}`}
      description="Tasks use it from now on, approved ones too. Who pins an older version keeps that."
      close={close}
    >
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void command.send();
        }}
      >
        <SecretValueField
          value={value}
          onChange={setValue}
          hint="Stored sealed, never shown"
          error={command.issueOf("value")}
        />
        <FormFoot command={command}>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" acts busy={command.busy} disabled={value === ""}>
            Add version
          </Button>
        </FormFoot>
      </form>
    </Dialog>
  );
}
