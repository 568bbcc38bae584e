import type { OverrideEntry } from "@ade/core/tasks/schema";
import type { TaskView } from "@ade/core/views/schema";
import { useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { ShieldAlert, ShieldCheck, ShieldMinus, ShieldX } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";
import { ReasonDialog } from "#features/inbox/reason-dialog.tsx";
import { api } from "#lib/api.ts";
import { useMe } from "#lib/session.ts";

const LOOKS = {
  open: { icon: ShieldAlert, box: "border-warn-line bg-warn-soft", sign: "text-warn" },
  confirmed: { icon: ShieldCheck, box: "border-high-line bg-high-soft", sign: "text-high" },
  refused: { icon: ShieldX, box: "border-line bg-sunken", sign: "text-ink-3" },
  lapsed: { icon: ShieldMinus, box: "border-line bg-sunken", sign: "text-ink-3" },
} as const;

/** Every override of a task, for good: who asked, why, and which second admin said what. */
export function Overrides({ view }: { view: TaskView }) {
  if (view.overrides.length === 0) return null;
  return (
    <ul aria-label="Overrides" className="flex flex-col gap-2">
      {view.overrides.map((override) => (
        <Override key={override.id} override={override} view={view} />
      ))}
    </ul>
  );
}

/** What it goes past, in words. */
function reach(override: OverrideEntry, view: TaskView): string {
  if (override.kind === "force_apply") return "to apply it without the review's end";
  if (!override.requirement_id) return "to go past all that its review still lacks";
  const policy = view.requirements.find(({ id }) => id === override.requirement_id)?.policy;
  return `to go past “${policy ?? override.requirement_id}”`;
}

function Override({ override, view }: { override: OverrideEntry; view: TaskView }) {
  const me = useMe();
  const client = useQueryClient();
  const [asking, setAsking] = useState<"confirm" | "refuse" | null>(null);
  const { icon: Icon, box, sign } = LOOKS[override.status];
  const asked = view.approvals.find(
    ({ kind, override_id, status }) =>
      kind === "override" && override_id === override.id && status === "PENDING",
  );
  const isMine = override.requested_by === me?.id;
  const mayAnswer =
    override.status === "open" && asked !== undefined && !isMine && me?.roles.includes("admin");
  const answer = async (action: "approve" | "reject", reason?: string) => {
    await api.approvals.respond.mutate({
      id: asked?.id ?? "",
      action,
      ...(reason && { reason }),
      ...(view.task.content_hash && { content_hash: view.task.content_hash }),
    });
    toast({ text: action === "approve" ? "The override is confirmed" : "The override is refused" });
    await client.invalidateQueries({
      predicate: ({ queryKey }) => ["inbox", "task", "tasks"].includes(String(queryKey[0])),
    });
  };
  return (
    <li className={clsx("flex gap-3 rounded-lg border px-3 py-2.5", box)}>
      <Icon size={16} aria-hidden className={clsx("mt-0.5 shrink-0", sign)} />
      <div className="min-w-0 flex-1">
        <p>
          <strong className="font-semibold">{override.requested_by_name}</strong> asked{" "}
          <Ago at={override.created_at} className="text-ink-3" /> {reach(override, view)}, for{" "}
          <span className="font-medium">{override.ticket_ref}</span>.
        </p>
        <p className="text-ink-2">“{override.reason}”</p>
        <p className={clsx("mt-0.5 font-medium", sign)}>
          {override.status === "open"
            ? isMine
              ? "It waits for a second admin: another has to confirm it."
              : "It waits for a second admin."
            : override.status === "lapsed"
              ? "It lapsed before a second admin had answered."
              : `${override.status === "confirmed" ? "Confirmed" : "Refused"} by ${override.decided_by_name}`}
          {override.decided_at && (
            <span className="font-normal text-ink-3">
              {" "}
              <Ago at={override.decided_at} />
            </span>
          )}
        </p>
        {mayAnswer && (
          <div className="no-print mt-2 flex flex-wrap gap-2">
            <Button look="primary" acts onClick={() => setAsking("confirm")}>
              Confirm…
            </Button>
            <Button look="danger" acts onClick={() => setAsking("refuse")}>
              Refuse…
            </Button>
          </div>
        )}
      </div>
      {asking === "confirm" && (
        <ConfirmDialog
          title="Confirm the override"
          action="Confirm it"
          danger
          run={() => answer("approve")}
          close={() => setAsking(null)}
        >
          {override.requested_by_name} wants {reach(override, view)}. It takes effect at once, cannot be taken
          back, and stays on the task with both your names.
        </ConfirmDialog>
      )}
      {asking === "refuse" && (
        <ReasonDialog
          title="Refuse the override"
          description={`Asked by ${override.requested_by_name} for ${override.ticket_ref}.`}
          label="Why not"
          action="Refuse it"
          danger
          run={(reason) => answer("reject", reason)}
          done={() => setAsking(null)}
          close={() => setAsking(null)}
        />
      )}
    </li>
  );
}
