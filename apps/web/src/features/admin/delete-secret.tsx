import type { SecretEntry } from "@ade/core/secrets/schema";
import { FormProblem } from "#components/form-problem.tsx";
import { TypedNameDialog } from "#components/typed-name-dialog.tsx";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";
import { SecretUses } from "./secret-uses.tsx";

type Props = { secret: SecretEntry; done: () => void; close: () => void };

/** All its values go; who still needs them is shown first. */
export function DeleteSecret({ secret, done, close }: Props) {
  const command = useCommand(
    () => api.secrets.remove.mutate({ name: secret.name }),
    () => {
      done();
      close();
    },
  );
  return (
    <TypedNameDialog
      title={`Delete ${secret.name}?`}
      description="Its values are gone for good, all versions of them. Tasks that name it are refused."
      name={secret.name}
      action="Delete secret"
      danger
      busy={command.busy}
      close={close}
      confirm={() => void command.send()}
    >
      <SecretUses name={secret.name} />
      <FormProblem command={command} />
    </TypedNameDialog>
  );
}
