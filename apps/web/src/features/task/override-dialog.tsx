import type { TaskView } from "@ade/core/views/schema";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { FormFoot } from "#components/form-foot.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";

type Props = { kind: "override" | "force_apply"; view: TaskView; close: () => void };

/** An admin's way past a reviewer who cannot be had, or past review: asked here, confirmed by another admin. */
export function OverrideDialog({ kind, view, close }: Props) {
  const client = useQueryClient();
  const { task } = view;
  const open = view.requirements.filter(({ met, waived }) => !met && !waived);
  const [requirement, setRequirement] = useState("");
  const [reason, setReason] = useState("");
  const [ticket, setTicket] = useState(task.metadata.ticket_ref ?? "");
  const isForce = kind === "force_apply";
  const command = useCommand(
    () => {
      const input = { id: task.id, reason: reason.trim(), ticket_ref: ticket.trim() };
      return isForce
        ? api.tasks.forceApply.mutate(input)
        : api.tasks.override.mutate({ ...input, ...(requirement && { requirement_id: requirement }) });
    },
    ({ approvals }) => {
      toast({
        text: "Asked for a second admin's yes",
        detail: `${approvals.map(({ reviewer_name }) => reviewer_name).join(", ")} can confirm it.`,
      });
      void client.invalidateQueries({ queryKey: ["task", task.id] });
      close();
    },
  );
  const isReady = reason.trim() !== "" && ticket.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) void command.send();
  };
  return (
    <Dialog
      title={isForce ? "Apply it without the review's end" : "Go past a missing approval"}
      description="Nothing happens until a second admin confirms it. Both names, the reason and the ticket stay on the task, and all admins are told."
      close={close}
    >
      <form className="flex flex-col gap-3" onSubmit={submit}>
        {!isForce && open.length > 0 && (
          <Field label="What it goes past" error={command.issueOf("requirement_id")}>
            {(parts) => (
              <select
                {...parts}
                value={requirement}
                onChange={(event) => setRequirement(event.target.value)}
                className="field"
              >
                <option value="">All that is still missing</option>
                {open.map(({ id, policy, missing, demand }) => (
                  <option key={id} value={id}>
                    {policy}: {missing ?? demand}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Field label="Incident ticket" error={command.issueOf("ticket_ref")}>
          {(parts) => (
            <input
              {...parts}
              maxLength={200}
              value={ticket}
              onChange={(event) => setTicket(event.target.value)}
              placeholder="INC-1234"
              className="field"
            />
          )}
        </Field>
        <Field label="Why it cannot wait" error={command.issueOf("reason")}>
          {(parts) => (
            <textarea
              {...parts}
              rows={3}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              className="field"
            />
          )}
        </Field>
        <FormFoot command={command}>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="danger" acts busy={command.busy} disabled={!isReady}>
            Ask a second admin
          </Button>
        </FormFoot>
      </form>
    </Dialog>
  );
}
