import type { PolicyEntry } from "@ade/core/policies/schema";
import { useQueryClient } from "@tanstack/react-query";
import { Trash2, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { FormProblem } from "#components/form-problem.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";
import { draftOf, inputOf, patchOf } from "./policy-draft.ts";
import { PolicyFields } from "./policy-fields.tsx";

type Props = {
  policy: PolicyEntry | undefined;
  readOnly: boolean;
  close: () => void;
  remove: (() => void) | undefined;
};

/** A policy's form: new where there is none, to be read only for those who are not admins. */
export function PolicySheet({ policy, readOnly, close, remove }: Props) {
  const client = useQueryClient();
  // The version that was opened: a later one must not slip under what is being typed.
  const [opened] = useState(policy);
  const [isStored, setStored] = useState(false);
  const [draft, setDraft] = useState(() => draftOf(policy));
  const command = useCommand(
    () =>
      opened
        ? api.policies.update.mutate(patchOf(draft, opened))
        : api.policies.create.mutate(inputOf(draft)),
    (stored) => {
      setStored(true);
      toast({
        text: `Stored: ${stored.name}`,
        detail: `Version ${stored.version} applies to tasks submitted from now on.`,
      });
      void client.invalidateQueries({ queryKey: ["policies"] });
      close();
    },
  );
  const isOvertaken =
    !isStored && opened !== undefined && policy !== undefined && policy.version !== opened.version;
  const title = opened?.name ?? "New policy";
  return (
    <Sheet label={title} close={close}>
      <header className="flex shrink-0 items-center gap-2 border-b border-line py-2.5 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base font-semibold">{title}</h2>
          <p className="text-xs text-ink-3">
            {opened && `Version ${opened.version}. `}
            {readOnly
              ? "Only admins change policies."
              : "Each change is a new version; tasks in review keep theirs."}
          </p>
        </div>
        <IconButton label="Close" onClick={close}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      <form
        noValidate
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (!readOnly) void command.send();
        }}
      >
        <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">
          <PolicyFields
            draft={draft}
            change={(change) => setDraft((before) => ({ ...before, ...change }))}
            command={command}
            readOnly={readOnly}
          />
        </div>
        <footer className="shrink-0 border-t border-line px-4 pb-3">
          <FormProblem command={command} />
          {isOvertaken && (
            <p role="status" className="pt-3 text-warn">
              Somebody stored version {policy.version} meanwhile. Close and open it again to see it.
            </p>
          )}
          <div className="flex gap-2 pt-3">
            {remove && (
              <Button look="danger" onClick={remove}>
                <Trash2 size={14} aria-hidden /> Delete…
              </Button>
            )}
            <span className="flex-1" />
            <Button onClick={close}>{readOnly ? "Close" : "Cancel"}</Button>
            {!readOnly && (
              <Button type="submit" look="primary" acts busy={command.busy}>
                {opened ? "Store as new version" : "Make policy"}
              </Button>
            )}
          </div>
        </footer>
      </form>
    </Sheet>
  );
}
