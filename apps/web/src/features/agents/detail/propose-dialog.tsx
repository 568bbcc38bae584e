import { useQueryClient } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { useRef, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
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
  const draft = useRef<string>(undefined);
  const command = useCommand(
    () =>
      proposePermissions({
        ...{ agent, set, why: why.trim(), draftId: draft.current },
        onDraft: (id) => {
          draft.current = id;
        },
      }),
    (taskId) => {
      void client.invalidateQueries({ queryKey: ["tasks"] });
      void client.invalidateQueries({ queryKey: ["inbox"] });
      done(taskId);
    },
  );
  return (
    <FormDialog
      title={proposalTitle(agent.name, set)}
      description="It becomes a task. The agent keeps what it has until somebody else approves."
      form="sheet"
      command={command}
      submit={{ label: "Propose", isReady: why.trim() !== "", run: () => void command.send() }}
      close={close}
    >
      <AreaRow
        label="Why"
        hint="The reviewers see the difference and this."
        autoFocus
        maxLength={2000}
        value={why}
        onChange={(event) => setWhy(event.target.value)}
      />
    </FormDialog>
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
