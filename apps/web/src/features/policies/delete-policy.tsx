import type { PolicyEntry } from "@ade/core/policies/schema";
import { useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";

type Props = { policy: PolicyEntry; close: () => void; done: () => void };

export function DeletePolicy({ policy, close, done }: Props) {
  const client = useQueryClient();
  return (
    <ConfirmDialog
      title={`Delete “${policy.name}”?`}
      action="Delete policy"
      danger
      run={() => api.policies.remove.mutate({ id: policy.id })}
      done={() => {
        toast({ text: `Deleted: ${policy.name}` });
        void client.invalidateQueries({ queryKey: ["policies"] });
        done();
      }}
      close={close}
    >
      <p>
        Tasks submitted from now on are no longer asked for what it demands. Tasks in review keep the version
        they were submitted under, and every version stays in the ledger.
      </p>
      {policy.active && <p className="mt-2">To only stop it for a while, switch it off instead.</p>}
    </ConfirmDialog>
  );
}
