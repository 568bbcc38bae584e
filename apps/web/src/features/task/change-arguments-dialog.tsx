import type { TaskEntry } from "@ade/core/tasks/schema";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { AreaRow } from "#components/ui/field-row.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";

type Props = { task: TaskEntry; close: () => void };

/** Other arguments for an agent's tool call, before anybody approves it. */
export function ChangeArgumentsDialog({ task, close }: Props) {
  const client = useQueryClient();
  // The revision that was opened: a later one must not slip under what is being typed.
  const [opened] = useState(task);
  const { arguments: before = {}, takes_changes } = opened.config.parameters;
  const [text, setText] = useState(() => JSON.stringify(before, null, 2));
  const [reason, setReason] = useState("");
  const { value, issue } = readArguments(text);
  const isSame = value !== null && JSON.stringify(value) === JSON.stringify(before);
  const isReady = value !== null && !isSame && reason.trim() !== "";
  const command = useCommand(
    () =>
      api.tasks.changeArguments.mutate({
        ...{
          id: opened.id,
          arguments: value ?? {},
          reason: reason.trim(),
          expected_revision: opened.revision,
        },
      }),
    () => {
      toast({ text: "Arguments changed", detail: "It is reviewed anew; the agent is told what and why." });
      void client.invalidateQueries({
        predicate: ({ queryKey }) => ["task", "tasks", "inbox"].includes(String(queryKey[0])),
      });
      close();
    },
  );
  return (
    <FormDialog
      title="Change the arguments"
      description={
        takes_changes
          ? "The agent runs what you write here, once it is approved. Somebody else approves it, unless a policy lets you."
          : "This agent can't be given other arguments: once approved, its call is refused and it is told to ask with these."
      }
      wide
      command={command}
      submit={{ label: "Change and review anew", isReady, run: () => void command.send() }}
      close={close}
    >
      <AreaRow
        label="Arguments, as JSON"
        isCode
        error={issue ?? command.issueOf("arguments")}
        hint="•••••• stands for a secret that is not shown: left as it is, the agent's own is used."
        rows={10}
        spellCheck={false}
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <AreaRow
        label="Why"
        error={command.issueOf("reason")}
        hint="The agent and its owner read it."
        rows={2}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}

/** What was written as an object, or what is wrong with it. */
function readArguments(text: string): { value: Record<string, unknown> | null; issue?: string } {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject
      ? { value: value as Record<string, unknown> }
      : { value: null, issue: "Must be an object: { … }." };
  } catch {
    return { value: null, issue: "This is not valid JSON yet." };
  }
}
