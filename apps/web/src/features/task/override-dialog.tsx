import type { TaskView } from "@ade/core/views/schema";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { AreaRow, SelectRow, TextRow } from "#components/ui/field-row.tsx";
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
  return (
    <FormDialog
      title={isForce ? "Apply it without the review's end" : "Go past a missing approval"}
      description="Nothing happens until a second admin confirms it. Both names, the reason and the ticket stay on the task, and all admins are told."
      command={command}
      submit={{
        label: "Ask a second admin",
        danger: true,
        isReady: reason.trim() !== "" && ticket.trim() !== "",
        run: () => void command.send(),
      }}
      close={close}
    >
      {!isForce && open.length > 0 && (
        <SelectRow
          label="What it goes past"
          error={command.issueOf("requirement_id")}
          value={requirement}
          onChange={(event) => setRequirement(event.target.value)}
        >
          <option value="">All that is still missing</option>
          {open.map(({ id, policy, missing, demand }) => (
            <option key={id} value={id}>
              {policy}: {missing ?? demand}
            </option>
          ))}
        </SelectRow>
      )}
      <TextRow
        label="Incident ticket"
        error={command.issueOf("ticket_ref")}
        maxLength={200}
        value={ticket}
        onChange={(event) => setTicket(event.target.value)}
        placeholder="INC-1234"
      />
      <AreaRow
        label="Why it cannot wait"
        error={command.issueOf("reason")}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
