import { useQueryClient } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { type FormEvent, useState } from "react";
import { FormFoot } from "#components/form-foot.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { AreaRow } from "#components/ui/field-row.tsx";
import { useCommand } from "#lib/use-command.ts";
import type { Agent } from "../agent-types.ts";
import { proposalTitle, proposePermissions } from "./permission-task.ts";

type Props = {
  agent: Agent;
  set: Record<string, unknown>;
  close: () => void;
  done: (taskId: string) => void;
};

/** Another set of permissions is a task: why, and then it is on its way to those who decide. */
export function ProposeDialog({ agent, set, close, done }: Props) {
  const client = useQueryClient();
  const [why, setWhy] = useState("");
  const command = useCommand(
    () => proposePermissions(agent, set, why.trim()),
    (taskId) => {
      void client.invalidateQueries({ queryKey: ["tasks"] });
      void client.invalidateQueries({ queryKey: ["inbox"] });
      done(taskId);
    },
  );
  return (
    <Dialog
      title={proposalTitle(agent.name, set)}
      description="It becomes a task. The agent keeps what it has until somebody else approves."
      close={close}
      form="sheet"
    >
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (why.trim()) void command.send();
        }}
      >
        <AreaRow
          label="Why"
          hint="The reviewers see the difference and this."
          autoFocus
          rows={3}
          maxLength={2000}
          value={why}
          onChange={(event) => setWhy(event.target.value)}
        />
        <FormFoot command={command}>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" acts busy={command.busy} disabled={why.trim() === ""}>
            Propose
          </Button>
        </FormFoot>
      </form>
    </Dialog>
  );
}

/** Says beforehand that these are not simply saved. */
export function ReviewedNote() {
  return (
    <p className="flex items-start gap-2 text-xs text-ink-2">
      <Scale size={14} aria-hidden className="mt-0.5 shrink-0 text-accent" />
      What an agent may do is changed by a task that somebody else reviews: tools, resources, task types,
      capacity and limits.
    </p>
  );
}
