import type { TaskEntry } from "@ade/core/tasks/schema";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { FormFoot } from "#components/form-foot.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";

type Props = { task: TaskEntry; close: () => void };

/** Other arguments for an agent's tool call, before anybody approves it. */
export function ChangeArgumentsDialog({ task, close }: Props) {
  const client = useQueryClient();
  const { arguments: before = {}, takes_changes } = task.config.parameters;
  const [text, setText] = useState(() => JSON.stringify(before, null, 2));
  const [reason, setReason] = useState("");
  const { value, issue } = readArguments(text);
  const isSame = value !== null && JSON.stringify(value) === JSON.stringify(before);
  const isReady = value !== null && !isSame && reason.trim() !== "";
  const command = useCommand(
    () =>
      api.tasks.changeArguments.mutate({
        ...{ id: task.id, arguments: value ?? {}, reason: reason.trim(), expected_revision: task.revision },
      }),
    () => {
      toast({ text: "Arguments changed", detail: "It is reviewed anew; the agent is told what and why." });
      void client.invalidateQueries({
        predicate: ({ queryKey }) => ["task", "tasks", "inbox"].includes(String(queryKey[0])),
      });
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) void command.send();
  };
  return (
    <Dialog
      title="Change the arguments"
      description={
        takes_changes
          ? "The agent runs what you write here, once it is approved. Somebody else approves it, unless a policy lets you."
          : "This agent can't be given other arguments: once approved, its call is refused and it is told to ask with these."
      }
      close={close}
    >
      <form className="flex flex-col gap-3" onSubmit={submit}>
        <Field
          label="Arguments, as JSON"
          error={issue ?? command.issueOf("arguments")}
          hint="•••••• stands for a secret that is not shown: left as it is, the agent's own is used."
        >
          {(parts) => (
            <textarea
              {...parts}
              rows={10}
              spellCheck={false}
              autoFocus
              value={text}
              onChange={(event) => setText(event.target.value)}
              className="field font-mono text-xs!"
            />
          )}
        </Field>
        <Field label="Why" error={command.issueOf("reason")} hint="The agent and its owner read it.">
          {(parts) => (
            <textarea
              {...parts}
              rows={2}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              className="field"
            />
          )}
        </Field>
        <FormFoot command={command}>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" acts busy={command.busy} disabled={!isReady}>
            Change and review anew
          </Button>
        </FormFoot>
      </form>
    </Dialog>
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
