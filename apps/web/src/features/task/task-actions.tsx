import type { TaskAction, TaskEntry } from "@ade/core/tasks/schema";
import type { TaskView } from "@ade/core/views/schema";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  Archive,
  Ban,
  Copy,
  Inbox,
  OctagonX,
  Pencil,
  Play,
  SendHorizontal,
  ShieldAlert,
  Trash2,
  Undo2,
} from "lucide-react";
import { useRouter } from "next/router";
import { useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { ReasonDialog } from "#features/inbox/reason-dialog.tsx";
import { api } from "#lib/api.ts";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { taskTitle } from "#lib/task-title.ts";

const ChangeArgumentsDialog = onDemand(() =>
  import("./change-arguments-dialog.tsx").then((file) => file.ChangeArgumentsDialog),
);
const OverrideDialog = onDemand(() => import("./override-dialog.tsx").then((file) => file.OverrideDialog));

type Run = { action: TaskAction; reason?: string };

/** The buttons of what this person may do with this task now; the server says which. */
export function TaskActions({ view }: { view: TaskView }) {
  const { task } = view;
  const router = useRouter();
  const client = useQueryClient();
  const [asking, setAsking] = useState<keyof typeof ASKED | null>(null);
  const [passing, setPassing] = useState<"override" | "force_apply" | null>(null);
  const [changing, setChanging] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const asked: Asked | null = asking && ASKED[asking];
  const may = (action: TaskAction) => task.allowed_actions.includes(action);
  // What a rollback brings back was kept then: there is nothing to write in the form.
  const mayEdit = may("edit") && !task.rollback_of;
  const edit = () => void router.push(`/tasks/new?edit=${task.id}`);

  const perform = async ({ action, reason }: Run) => {
    const { id } = task;
    try {
      if (action === "submit") return void (await api.tasks.submit.mutate({ id }));
      if (action === "cancel") return void (await api.tasks.cancel.mutate({ id, ...(reason && { reason }) }));
      if (action === "abort") return void (await api.tasks.abort.mutate({ id, reason: reason ?? "" }));
      if (action === "release") return void (await api.tasks.release.mutate({ id, reason: reason ?? "" }));
      if (action === "roll_back") {
        const made = await api.tasks.rollback.mutate({ id, ...(reason && { reason }) });
        return void (await router.push(`/tasks/${made.id}`));
      }
      if (action === "archive") return void (await api.tasks.archive.mutate({ id }));
      if (action === "resubmit")
        return void (await router.push(`/tasks/${(await api.tasks.resubmit.mutate({ id })).id}`));
      if (action === "delete") {
        await api.tasks.remove.mutate({ id });
        toast({ text: "Draft deleted" });
        await router.push("/tasks");
      }
    } finally {
      void client.invalidateQueries({
        predicate: ({ queryKey }) => ["task", "tasks", "inbox"].includes(String(queryKey[0])),
      });
    }
  };
  const run = useMutation({
    mutationFn: perform,
    onError: (error) => toastProblem("That did not work", error),
  });
  useKeys({ edit: () => (mayEdit ? edit() : false) });
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
      {mayEdit && (
        <Button acts onClick={edit}>
          <Pencil size={14} aria-hidden /> Edit
        </Button>
      )}
      {may("change_arguments") && (
        <Button acts onClick={() => setChanging(true)}>
          <Pencil size={14} aria-hidden /> Change arguments…
        </Button>
      )}
      {may("resubmit") && (
        <Button {...button} onClick={() => run.mutate({ action: "resubmit" })}>
          <Copy size={14} aria-hidden /> Resubmit as new
        </Button>
      )}
      {may("release") && (
        <Button {...button} look="primary" onClick={() => setAsking("release")}>
          <Play size={14} aria-hidden /> Let it go on…
        </Button>
      )}
      {may("roll_back") && view.rollback?.refused === null && (
        <Button {...button} onClick={() => setAsking("roll_back")}>
          <Undo2 size={14} aria-hidden /> Roll back…
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
        <Button {...button} look="danger" onClick={() => setDeleting(true)}>
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
      {changing && <ChangeArgumentsDialog task={task} close={() => setChanging(false)} />}
      {passing && <OverrideDialog kind={passing} view={view} close={() => setPassing(null)} />}
      {deleting && (
        <ConfirmDialog
          title="Delete this draft"
          action="Delete the draft"
          danger
          run={() => perform({ action: "delete" })}
          close={() => setDeleting(false)}
        >
          <p className="font-medium text-ink">{taskTitle(task)}</p>
          <p>It can't be brought back.</p>
        </ConfirmDialog>
      )}
      {asking && asked && (
        <ReasonDialog
          title={asked.title}
          description={asked.says(task)}
          label="Why"
          action={asked.action}
          danger={asked.danger ?? false}
          hint={asked.hint ?? "It stays on the task and in the ledger."}
          optional={asked.optional ?? false}
          run={(reason) => perform({ action: asking, reason })}
          done={() => setAsking(null)}
          close={() => setAsking(null)}
        />
      )}
    </>
  );
}

type Asked = {
  title: string;
  action: string;
  /** What it is about, or what follows from it. */
  says: (task: TaskEntry) => string;
  danger?: boolean;
  optional?: boolean;
  /** Who reads the reason. */
  hint?: string;
};

const HALF_WAY =
  "It was begun, and nobody knows yet how far it came. Cancelling leaves things as they are, half-way or not";

const ASKED = {
  cancel: {
    title: "Cancel this task",
    action: "Cancel the task",
    danger: true,
    optional: true,
    says(task) {
      if (task.attempts === 0) return taskTitle(task);
      // Back in review, since somebody else was at it, there is nothing that a rollback could go by.
      const canGoBack = task.state === "APPROVED" && task.config.rollback_strategy !== "none";
      return canGoBack ? `${HALF_WAY}; roll them back after it.` : `${HALF_WAY}.`;
    },
  },
  abort: {
    title: "Abort while it is applied",
    action: "Abort",
    danger: true,
    says: () => "Its worker is told to stop at once; what was done is rolled back by the task's strategy.",
  },
  release: {
    title: "Let this task go on",
    action: "Try it again",
    says: () =>
      "It was held back because it killed its workers. It is tried again at once, and held back again after three more.",
  },
  roll_back: {
    title: "Roll this change back",
    action: "Propose the rollback",
    optional: true,
    hint: "Its reviewers read it, and it stays in the ledger.",
    says: () =>
      "A task of its own is proposed: you see what it would bring back, and it is reviewed like any other.",
  },
} as const satisfies Record<string, Asked>;
