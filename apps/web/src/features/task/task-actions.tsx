import type { TaskAction } from "@ade/core/tasks/schema";
import type { TaskView } from "@ade/core/views/schema";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  Archive,
  Ban,
  Copy,
  Inbox,
  OctagonX,
  Pencil,
  SendHorizontal,
  ShieldAlert,
  Trash2,
} from "lucide-react";
import { useRouter } from "next/router";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { ReasonDialog } from "#features/inbox/reason-dialog.tsx";
import { api } from "#lib/api.ts";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";

const OverrideDialog = onDemand(() => import("./override-dialog.tsx").then((file) => file.OverrideDialog));

type Run = { action: TaskAction; reason?: string };

/** The buttons of what this person may do with this task now; the server says which. */
export function TaskActions({ view }: { view: TaskView }) {
  const { task } = view;
  const router = useRouter();
  const client = useQueryClient();
  const [asking, setAsking] = useState<"cancel" | "abort" | "delete" | null>(null);
  const [passing, setPassing] = useState<"override" | "force_apply" | null>(null);
  const may = (action: TaskAction) => task.allowed_actions.includes(action);
  const edit = () => void router.push(`/tasks/new?edit=${task.id}`);

  const run = useMutation({
    mutationFn: async ({ action, reason }: Run) => {
      const { id } = task;
      if (action === "submit") return void (await api.tasks.submit.mutate({ id }));
      if (action === "cancel") return void (await api.tasks.cancel.mutate({ id, ...(reason && { reason }) }));
      if (action === "abort") return void (await api.tasks.abort.mutate({ id, reason: reason ?? "" }));
      if (action === "archive") return void (await api.tasks.archive.mutate({ id }));
      if (action === "resubmit")
        return void (await router.push(`/tasks/${(await api.tasks.resubmit.mutate({ id })).id}`));
      if (action === "delete") {
        await api.tasks.remove.mutate({ id });
        toast({ text: "Draft deleted" });
        await router.push("/tasks");
      }
    },
    onError: (error) => toastProblem("That did not work", error),
    onSettled: () =>
      client.invalidateQueries({
        predicate: ({ queryKey }) => ["task", "tasks", "inbox"].includes(String(queryKey[0])),
      }),
  });
  useKeys({ edit: () => (may("edit") ? edit() : false) });
  const button = { acts: true, busy: run.isPending } as const;
  const mine = view.mine?.status === "PENDING" && may("respond");

  return (
    <>
      {mine && (
        <Button look="primary" onClick={() => void router.push(`/approvals?item=${task.id}`)}>
          <Inbox size={15} aria-hidden /> Decide
        </Button>
      )}
      {may("submit") && (
        <Button {...button} look="primary" onClick={() => run.mutate({ action: "submit" })}>
          <SendHorizontal size={15} aria-hidden /> Submit
        </Button>
      )}
      {may("edit") && (
        <Button acts onClick={edit}>
          <Pencil size={14} aria-hidden /> Edit
        </Button>
      )}
      {may("resubmit") && (
        <Button {...button} onClick={() => run.mutate({ action: "resubmit" })}>
          <Copy size={14} aria-hidden /> Resubmit as new
        </Button>
      )}
      {may("archive") && !task.archived && (
        <Button {...button} onClick={() => run.mutate({ action: "archive" })}>
          <Archive size={14} aria-hidden /> Archive
        </Button>
      )}
      {may("cancel") && (
        <Button {...button} look="danger" onClick={() => setAsking("cancel")}>
          <Ban size={14} aria-hidden /> Cancel…
        </Button>
      )}
      {may("abort") && (
        <Button {...button} look="danger" onClick={() => setAsking("abort")}>
          <OctagonX size={14} aria-hidden /> Abort…
        </Button>
      )}
      {may("delete") && (
        <Button {...button} look="danger" onClick={() => setAsking("delete")}>
          <Trash2 size={14} aria-hidden /> Delete…
        </Button>
      )}
      {may("override") && (
        <Button acts onClick={() => setPassing("override")}>
          <ShieldAlert size={14} aria-hidden /> Override…
        </Button>
      )}
      {may("force_apply") && (
        <Button look="danger" acts onClick={() => setPassing("force_apply")}>
          <ShieldAlert size={14} aria-hidden /> Force apply…
        </Button>
      )}
      {passing && <OverrideDialog kind={passing} view={view} close={() => setPassing(null)} />}
      {asking && (
        <ReasonDialog
          title={TITLES[asking]}
          description={task.config.description.split("\n")[0] ?? ""}
          label="Why"
          action={asking === "cancel" ? "Cancel the task" : asking === "abort" ? "Abort" : "Delete the draft"}
          danger
          optional={asking !== "abort"}
          close={() => setAsking(null)}
          confirm={(reason) => {
            setAsking(null);
            run.mutate({ action: asking, reason });
          }}
        />
      )}
    </>
  );
}

const TITLES = {
  cancel: "Cancel this task",
  abort: "Abort while it is applied",
  delete: "Delete this draft",
};
