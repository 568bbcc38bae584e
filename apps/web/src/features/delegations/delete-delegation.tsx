import type { DelegationEntry } from "@ade/core/delegations/schema";
import { useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";

type Props = { delegation: DelegationEntry; close: () => void; done: () => void };

export function DeleteDelegation({ delegation, close, done }: Props) {
  const client = useQueryClient();
  const { owner_name, delegate_name } = delegation;
  return (
    <ConfirmDialog
      title={`Delete the delegation to ${delegate_name}?`}
      action="Delete delegation"
      danger
      run={() => api.delegations.remove.mutate({ id: delegation.id })}
      done={() => {
        toast({ text: `Deleted: ${owner_name} to ${delegate_name}` });
        void client.invalidateQueries({ queryKey: ["delegations"] });
        done();
      }}
      close={close}
    >
      <p>
        From now on requests go to {owner_name} again. Who was asked already may still answer, and every
        answer stays what it is.
      </p>
      {delegation.active && <p className="mt-2">To only stop it for a while, switch it off instead.</p>}
    </ConfirmDialog>
  );
}
