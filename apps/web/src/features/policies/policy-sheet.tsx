import type { PolicyEntry, WhatIfInput } from "@ade/core/policies/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { Trash2, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { FormProblem } from "#components/form-problem.tsx";
import { useLeaveGuard } from "#components/leave-guard.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { toast } from "#components/ui/toast.ts";
import { useSettled } from "#features/compose/use-settled.ts";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";
import { draftOf, inputOf, patchOf, type Rules } from "./policy-draft.ts";
import { PolicyEffect } from "./policy-effect.tsx";
import { PolicyFields } from "./policy-fields.tsx";
import { PolicyHistory } from "./policy-history.tsx";
import { policyEffect } from "./policy-queries.ts";

const COMPARE_AFTER_MS = 350;

type Props = {
  policy: PolicyEntry | undefined;
  /** What a new one starts from. */
  example?: Rules | undefined;
  readOnly: boolean;
  nameOf: (id: string) => string;
  close: () => void;
  remove: (() => void) | undefined;
};

/** A policy's form with its effect beside it, and its history; to be read only for those who are not admins. */
export function PolicySheet({ policy, example, readOnly, nameOf, close, remove }: Props) {
  const client = useQueryClient();
  // The version that was opened: a later one must not slip under what is being typed.
  const [opened] = useState(policy);
  const [isStored, setStored] = useState(false);
  const [isHistory, setHistory] = useState(false);
  const [restored, setRestored] = useState<number | null>(null);
  const [draft, setDraft] = useState(() => draftOf(policy ?? example));
  const [first] = useState(draft);
  const isChanged = !readOnly && !isStored && JSON.stringify(draft) !== JSON.stringify(first);
  const guard = useLeaveGuard(isChanged, opened ? `The policy “${opened.name}”` : "The new policy", "policy");
  const leave = () => guard.ask(close);
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
  const settled = useSettled(draft, COMPARE_AFTER_MS);
  const compared: WhatIfInput = {
    ...(opened && { id: opened.id }),
    policy: { ...inputOf(settled), name: settled.name || "New policy" } as WhatIfInput["policy"],
  };
  const effect = useQuery({ ...policyEffect(compared), enabled: !readOnly });
  const isOvertaken =
    !isStored && opened !== undefined && policy !== undefined && policy.version !== opened.version;
  const title = opened?.name ?? "New policy";
  return (
    <Sheet label={title} close={leave} wide={!readOnly && !isHistory}>
      <header className="flex shrink-0 items-center gap-2 border-b border-line py-2.5 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base font-semibold">{title}</h2>
          <p className="text-xs text-ink-3">
            {opened && `Version ${opened.version}. `}
            {restored !== null
              ? `Version ${restored} is in the form; store it to bring it back.`
              : readOnly
                ? "Only admins change policies."
                : "Each change is a new version; tasks in review keep theirs."}
          </p>
        </div>
        {opened && (
          <Button size="small" aria-pressed={isHistory} onClick={() => setHistory(!isHistory)}>
            {isHistory ? "Back to the form" : "History"}
          </Button>
        )}
        <IconButton label="Close" onClick={leave}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      {opened && isHistory ? (
        <PolicyHistory
          policy={opened}
          nameOf={nameOf}
          restore={
            readOnly
              ? undefined
              : (version) => {
                  setDraft(draftOf(version));
                  setRestored(version.version);
                  setHistory(false);
                }
          }
        />
      ) : (
        <form
          noValidate
          className="flex min-h-0 flex-1 flex-col"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            if (!readOnly) void command.send();
          }}
        >
          <div
            className={clsx(
              "min-h-0 flex-1 overflow-y-auto",
              !readOnly && "lg:grid lg:grid-cols-[minmax(0,1fr)_25rem] lg:overflow-hidden",
            )}
          >
            <div className="px-4 py-4 lg:min-h-0 lg:overflow-y-auto">
              <PolicyFields
                draft={draft}
                change={(change) => setDraft((before) => ({ ...before, ...change }))}
                command={command}
                readOnly={readOnly}
                notes={effect.data?.notes ?? []}
              />
            </div>
            {!readOnly && (
              <aside
                aria-label="Effect on past tasks"
                className="border-line bg-sunken px-4 py-4 max-lg:border-t lg:min-h-0 lg:overflow-y-auto lg:border-l"
              >
                <PolicyEffect query={effect} title="Had it been so already" />
              </aside>
            )}
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
              <Button onClick={leave}>{readOnly ? "Close" : "Cancel"}</Button>
              {!readOnly && (
                <Button type="submit" look="primary" acts busy={command.busy}>
                  {opened ? "Store as new version" : "Make policy"}
                </Button>
              )}
            </div>
          </footer>
        </form>
      )}
      {guard.question}
    </Sheet>
  );
}
