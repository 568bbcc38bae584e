import type { ResourceEntry } from "@ade/core/resources/schema";
import { useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";

export function DeleteResource({ resource, close }: { resource: ResourceEntry; close: () => void }) {
  const client = useQueryClient();
  return (
    <ConfirmDialog
      title="Take it out of the catalogue?"
      action="Delete entry"
      danger
      run={() => api.resources.remove.mutate({ key: resource.key })}
      done={() => {
        toast({ text: `Deleted: ${resource.key}` });
        void client.invalidateQueries({ queryKey: ["resources"] });
      }}
      close={close}
    >
      <p>
        <code className="break-all text-ink">{resource.key}</code> itself is not touched. From then on its
        risk is reckoned from its type alone, and what hangs on it is no longer seen.
      </p>
    </ConfirmDialog>
  );
}
