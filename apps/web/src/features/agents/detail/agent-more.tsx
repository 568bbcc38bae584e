import type { UserEntry } from "@ade/core/identity/schema";
import { useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, UserRoundCog } from "lucide-react";
import { useMemo, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { MoreMenu } from "#components/more-menu.tsx";
import { PersonPicker } from "#components/person-picker.tsx";
import { TypedNameDialog } from "#components/typed-name-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { MenuItem } from "#components/ui/menu.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api, type Inputs } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";
import type { Agent } from "../agent-types.ts";

/** Changes an agent and reads anew whatever shows it. */
function useUpdate(agent: Agent) {
  const client = useQueryClient();
  return async (patch: Omit<Inputs["agents"]["update"], "id">) => {
    await api.agents.update.mutate({ id: agent.id, ...patch });
    await Promise.all(
      [["agents"], ["agent", agent.id], ["api_keys"], ["tasks"]].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );
  };
}

/** What an admin does with an agent once in its life: hand it over, retire it. */
export function AgentMore({ agent }: { agent: Agent }) {
  const update = useUpdate(agent);
  const [asking, setAsking] = useState<"hand_over" | "retire" | null>(null);
  const [busy, setBusy] = useState(false);
  const retire = async () => {
    setBusy(true);
    try {
      await update({ active: false });
      toast({ text: `${agent.name} is retired`, detail: "Its keys have ended." });
      setAsking(null);
    } catch (error) {
      toastProblem(`${agent.name} was not retired`, error);
    }
    setBusy(false);
  };
  return (
    <>
      <MoreMenu label={`More of ${agent.name}`}>
        <MenuItem icon={<UserRoundCog size={14} aria-hidden />} onSelect={() => setAsking("hand_over")}>
          Hand over…
        </MenuItem>
        {agent.active && (
          <MenuItem danger icon={<Archive size={14} aria-hidden />} onSelect={() => setAsking("retire")}>
            Retire…
          </MenuItem>
        )}
      </MoreMenu>
      {asking === "hand_over" && <HandOver agent={agent} update={update} close={() => setAsking(null)} />}
      {asking === "retire" && (
        <TypedNameDialog
          title="Retire this agent"
          description="Its keys end for good, what it still has open is cancelled, and it leaves the list. What it did stays in the audit. An admin may bring it back; it then needs a new key."
          name={agent.name}
          action="Retire"
          danger
          busy={busy}
          close={() => setAsking(null)}
          confirm={() => void retire()}
        />
      )}
    </>
  );
}

type HandOverProps = {
  agent: Agent;
  update: ReturnType<typeof useUpdate>;
  close: () => void;
};

function HandOver({ agent, update, close }: HandOverProps) {
  const [person, setPerson] = useState<UserEntry | null>(null);
  const without = useMemo(() => new Set([agent.owner_id]), [agent.owner_id]);
  const command = useCommand(
    () => update({ owner_id: person?.id ?? "" }),
    () => {
      toast({ text: `${person?.name} answers for ${agent.name} now` });
      close();
    },
  );
  return (
    <FormDialog
      title={`Hand over ${agent.name}`}
      description={`${agent.owner_name} answers for it now. With the hand-over its keys end: the new owner makes new ones.`}
      form="sheet"
      command={command}
      submit={{ label: "Hand over", isReady: person !== null, run: () => void command.send() }}
      close={close}
    >
      <Field label="New owner" error={command.issueOf("owner_id")}>
        {(parts) => <PersonPicker {...parts} anyRole value={person} onChange={setPerson} without={without} />}
      </Field>
    </FormDialog>
  );
}

/** Says of a retired agent that it is one; an admin may bring it back. */
export function RetiredNotice({ agent, isAdmin }: { agent: Agent; isAdmin: boolean }) {
  const update = useUpdate(agent);
  const command = useCommand(
    () => update({ active: true }),
    () => toast({ text: `${agent.name} is back`, detail: "Make it a key: its old ones have ended." }),
  );
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-warn-line bg-warn-soft px-4 py-2 text-warn"
    >
      <Archive size={15} aria-hidden className="shrink-0" />
      <span className="min-w-0 flex-1">
        <b className="font-semibold">Retired.</b> Its keys have ended, and it proposes nothing any more.
        {command.problem && ` ${command.problem.message}`}
      </span>
      {isAdmin && (
        <Button size="small" acts busy={command.busy} onClick={() => void command.send()}>
          <ArchiveRestore size={13} aria-hidden /> Bring it back
        </Button>
      )}
    </div>
  );
}
