import type { DelegationEntry } from "@ade/core/delegations/schema";
import { useQueryClient } from "@tanstack/react-query";
import { Trash2, TriangleAlert, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { FormProblem } from "#components/form-problem.tsx";
import { useLeaveGuard } from "#components/leave-guard.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { toast } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import type { Me } from "#lib/session.ts";
import { useCommand } from "#lib/use-command.ts";
import { draftOf, inputOf, patchOf } from "./delegation-draft.ts";
import { DelegationFields } from "./delegation-fields.tsx";

type Props = {
  delegation: DelegationEntry | undefined;
  me: Me;
  close: () => void;
  remove: (() => void) | undefined;
};

/** A delegation's form. What its owner should know is said before it closes. */
export function DelegationSheet({ delegation, me, close, remove }: Props) {
  const client = useQueryClient();
  // The version that was opened: a later one must not slip under what is being typed.
  const [opened] = useState(delegation);
  const [warnings, setWarnings] = useState<readonly string[] | null>(null);
  const [draft, setDraft] = useState(() => draftOf(delegation, me.id));
  const [first] = useState(draft);
  const isChanged = warnings === null && JSON.stringify(draft) !== JSON.stringify(first);
  const guard = useLeaveGuard(isChanged, opened ? "The delegation" : "The new delegation", "delegation");
  const leave = () => guard.ask(close);
  const command = useCommand(
    () =>
      opened
        ? api.delegations.update.mutate(patchOf(draft, opened))
        : api.delegations.create.mutate(inputOf(draft)),
    (stored) => {
      toast({
        text: `Stored: ${stored.owner_name} to ${stored.delegate_name}`,
        detail: "It applies to reviews that begin from now on.",
      });
      void client.invalidateQueries({ queryKey: ["delegations"] });
      if (stored.warnings.length === 0) close();
      else setWarnings(stored.warnings);
    },
  );
  const isOvertaken =
    warnings === null &&
    opened !== undefined &&
    delegation !== undefined &&
    delegation.version !== opened.version;
  const title = opened ? `${opened.owner_name} to ${opened.delegate_name}` : "New delegation";
  return (
    <Sheet label={title} close={leave}>
      <header className="flex shrink-0 items-center gap-2 border-b border-line py-2.5 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base font-semibold">{title}</h2>
          <p className="text-xs text-ink-3">Reviews that are under way stay with whom they ask.</p>
        </div>
        <IconButton label="Close" onClick={leave}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      {warnings ? (
        <Warnings warnings={warnings} close={close} />
      ) : (
        <form
          noValidate
          className="flex min-h-0 flex-1 flex-col"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            void command.send();
          }}
        >
          <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">
            <DelegationFields
              draft={draft}
              change={(change) => setDraft((before) => ({ ...before, ...change }))}
              command={command}
              me={me}
              isNew={!opened}
            />
          </div>
          <footer className="shrink-0 border-t border-line px-4 pb-3">
            <FormProblem command={command} />
            {isOvertaken && (
              <p role="status" className="pt-3 text-warn">
                Somebody stored another version meanwhile. Close and open it again to see it.
              </p>
            )}
            <div className="flex gap-2 pt-3">
              {remove && (
                <Button look="danger" onClick={remove}>
                  <Trash2 size={14} aria-hidden /> Delete…
                </Button>
              )}
              <span className="flex-1" />
              <Button onClick={leave}>Cancel</Button>
              <Button type="submit" look="primary" acts busy={command.busy}>
                {opened ? "Store" : "Delegate"}
              </Button>
            </div>
          </footer>
        </form>
      )}
      {guard.question}
    </Sheet>
  );
}

function Warnings({ warnings, close }: { warnings: readonly string[]; close: () => void }) {
  return (
    <div role="alert" className="flex flex-col gap-3 p-4">
      <p className="flex items-center gap-2 font-semibold">
        <TriangleAlert size={16} aria-hidden className="shrink-0 text-warn" /> Stored. You should know:
      </p>
      <ul className="flex flex-col gap-2">
        {warnings.map((warning) => (
          <li key={warning} className="rounded-md border border-warn-line bg-warn-soft px-3 py-2 text-warn">
            {warning}
          </li>
        ))}
      </ul>
      <Button look="primary" autoFocus onClick={close} className="self-start">
        Understood
      </Button>
    </div>
  );
}
