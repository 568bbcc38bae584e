import type { Lock } from "@ade/core/locks/schema";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { TypedNameDialog } from "#components/typed-name-dialog.tsx";
import { AreaRow } from "#components/ui/field-row.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";

type Props = { lock: Lock & { queue_length?: number }; holder: string; close: () => void };

/** Takes a lock from its holder: says what that means, asks for the reason and the name of what is released. */
export function ForceRelease({ lock, holder, close }: Props) {
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const waiting = lock.queue_length ?? 0;
  const release = useMutation({
    mutationFn: () => api.locks.release.mutate({ lock_id: lock.id, force: true, reason: reason.trim() }),
    onSuccess: () => {
      toast({
        tone: "good",
        text: `${lock.resource_id} was taken from ${holder}`,
        ...(waiting > 0 && { detail: "The next in the queue has it." }),
      });
      close();
    },
    onError: (error) => toastProblem("The lock was not released", error),
    onSettled: () => client.invalidateQueries({ queryKey: ["locks"] }),
  });
  return (
    <TypedNameDialog
      title="Force the release of this lock"
      description={
        <>
          <b className="font-medium">{holder}</b> finds out by its next heartbeat. What it writes until then
          is refused where the fencing token is checked.{" "}
          {waiting > 0 && "The next in the queue gets it at once. "}
          The ledger keeps who did this and why.
        </>
      }
      name={lock.resource_id}
      action="Release it"
      danger
      busy={release.isPending}
      isReady={reason.trim() !== ""}
      close={close}
      confirm={() => release.mutate()}
    >
      <AreaRow
        label="Reason"
        rows={2}
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </TypedNameDialog>
  );
}
