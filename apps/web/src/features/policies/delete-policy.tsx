import type { PolicyEntry } from "@ade/core/policies/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { effectWords } from "./effect-words.ts";
import { policyEffect } from "./policy-queries.ts";

type Props = { policy: PolicyEntry; close: () => void; done: () => void };

export function DeletePolicy({ policy, close, done }: Props) {
  const client = useQueryClient();
  const { data } = useQuery(policyEffect({ id: policy.id, policy: null }));
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
      <div aria-live="polite" className="mt-2 rounded-md border border-line bg-sunken px-3 py-2">
        <p className="font-medium">Without it, of the last {data?.effect?.tasks ?? "…"} tasks:</p>
        {data?.effect ? (
          <ul className="list-disc pl-4">
            {effectWords(data.effect).map(({ text }) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        ) : (
          <p className="text-ink-3">Comparing…</p>
        )}
      </div>
      {policy.active && <p className="mt-2">To only stop it for a while, switch it off instead.</p>}
    </ConfirmDialog>
  );
}
