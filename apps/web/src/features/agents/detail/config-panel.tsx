import { useQueryClient } from "@tanstack/react-query";
import { Cog, FileClock, RotateCcw, ScrollText, SlidersHorizontal, Wrench } from "lucide-react";
import { useRouter } from "next/router";
import { useEffect, useState } from "react";
import { FormProvider, useForm, useWatch } from "react-hook-form";
import { FormProblem } from "#components/form-problem.tsx";
import { Button } from "#components/ui/button.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { toast } from "#components/ui/toast.ts";
import { api, type Inputs } from "#lib/api.ts";
import type { useUrlState } from "#lib/url-state.ts";
import { useCommand } from "#lib/use-command.ts";
import type { Agent } from "../agent-types.ts";
import { type AgentForm, AT_ONCE, changedFields, changesOf, formOf, REVIEWED } from "../form/agent-form.ts";
import { FormLook } from "../form/rows.tsx";
import { stepResolver } from "../form/step-rules.ts";
import { agentQueries } from "../queries.ts";
import { ConfigFields } from "./config-fields.tsx";
import { ConfigHistory } from "./config-history.tsx";
import { OpenProposals } from "./open-proposals.tsx";
import { ProposeDialog } from "./propose-dialog.tsx";
import { TemplateReset } from "./template-reset.tsx";

/** The tabs, each with the fields that it shows, to mark where something has changed. */
const PARTS = [
  {
    id: "settings",
    name: "Settings",
    icon: SlidersHorizontal,
    fields: ["description", "tags", "connection", "provider", "model"],
  },
  { id: "system", name: "System", icon: ScrollText, fields: ["instructions", "memory_blocks"] },
  { id: "tools", name: "Tools", icon: Wrench, fields: ["tools", "scopes", "task_types"] },
  { id: "environment", name: "Environment", icon: Cog, fields: ["capacity", "limits", "parameters"] },
  { id: "history", name: "History", icon: FileClock, fields: [] },
] as const;

type Props = { agent: Agent; mayManage: boolean; url: ReturnType<typeof useUrlState> };

/** Everything that is set of an agent: changed here, saved at once or proposed where it is a matter of permission. */
export function ConfigPanel({ agent, mayManage, url }: Props) {
  const router = useRouter();
  const client = useQueryClient();
  const part = PARTS.find(({ id }) => id === url.text("part")) ?? PARTS[0];
  // What was opened; a version that came meanwhile must not slip under what is being typed.
  const [opened, setOpened] = useState(agent);
  const form = useForm<AgentForm>({
    mode: "onTouched",
    defaultValues: formOf(agent),
    resolver: stepResolver as never,
  });
  const values = useWatch({ control: form.control }) as AgentForm;
  const changed = changedFields(formOf(opened), values);
  const reviewed = REVIEWED.filter((field) => changed.has(field));
  const atOnce = AT_ONCE.filter((field) => changed.has(field));
  const isChanged = reviewed.length + atOnce.length > 0;
  const [asking, setAsking] = useState(false);
  const [proposed, setProposed] = useState<string | null>(null);
  const isOvertaken = agent.version !== opened.version;

  const open = (entry: Agent) => {
    setOpened(entry);
    form.reset(formOf(entry));
  };
  useEffect(() => {
    if (isOvertaken && !isChanged) open(agent);
  });

  const save = useCommand(
    async () => {
      const set = changesOf(AT_ONCE, values, changed) as Omit<
        Inputs["agents"]["configure"],
        "id" | "version"
      >;
      return api.agents.configure.mutate({ id: agent.id, version: opened.version, ...set });
    },
    (entry) => {
      client.setQueryData(agentQueries.one(agent.id).queryKey, entry);
      void client.invalidateQueries({ queryKey: ["agent", agent.id] });
      // What is to be reviewed stays in the form until it is proposed.
      setOpened(entry);
      toast({ text: `Saved: ${entry.name}, version ${entry.version}` });
      if (reviewed.length > 0) setAsking(true);
    },
  );
  const submit = async () => {
    if (!(await form.trigger())) {
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>("#config [aria-invalid=true]")?.focus(),
      );
      return;
    }
    if (atOnce.length > 0) await save.send();
    else setAsking(true);
  };

  return (
    <FormProvider {...form}>
      <FormLook value={{ changed, readOnly: !mayManage }}>
        <form
          id="config"
          noValidate
          aria-label="Configuration"
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <OpenProposals agent={agent} proposed={proposed} />
          <Tabs
            form="part"
            label="Parts of the configuration"
            tabs={PARTS.map((each) => ({
              ...each,
              note: each.fields.some((field) => changed.has(field)) && (
                <span className="size-1.5 rounded-full bg-accent">
                  <span className="sr-only">changed</span>
                </span>
              ),
            }))}
            value={part.id}
            onChange={(id) => url.set({ part: id === "settings" ? null : id })}
          >
            <div className="flex max-w-3xl flex-col gap-4 pt-4">
              {part.id === "history" ? (
                <ConfigHistory agentId={agent.id} />
              ) : (
                <ConfigFields part={part.id} agentId={agent.id} mayManage={mayManage} />
              )}
            </div>
          </Tabs>
          {mayManage && part.id !== "history" && (
            <footer className="sticky bottom-0 z-20 -mx-4 flex flex-col gap-2 border-t border-line bg-canvas px-4 py-3">
              {isOvertaken && isChanged && (
                <p role="alert" className="text-warn">
                  Version {agent.version} was stored meanwhile. Revert to see it, then change again.
                </p>
              )}
              <FormProblem command={save} />
              <div className="flex flex-wrap items-center gap-2">
                <p role="status" className="min-w-0 flex-1 text-ink-2 max-sm:basis-full">
                  {changesText(atOnce.length, reviewed.length)}
                </p>
                <TemplateReset />
                <Button disabled={!isChanged} onClick={() => open(agent)}>
                  <RotateCcw size={14} aria-hidden /> Revert
                </Button>
                <Button type="submit" look="primary" acts busy={save.busy} disabled={!isChanged}>
                  {atOnce.length === 0 && reviewed.length > 0 ? "Propose…" : "Save"}
                </Button>
              </div>
            </footer>
          )}
        </form>
        {asking && (
          <ProposeDialog
            agent={opened}
            set={changesOf(REVIEWED, values, changed)}
            close={() => setAsking(false)}
            done={(taskId) => {
              setProposed(taskId);
              setAsking(false);
              open(opened);
              toast({
                text: "The change of permissions is a task now",
                detail: "It holds once it is approved and applied.",
                action: { label: "Open the task", run: () => void router.push(`/tasks/${taskId}`) },
                seconds: 10,
              });
            }}
          />
        )}
      </FormLook>
    </FormProvider>
  );
}

/** What saving would do. Pure. */
function changesText(atOnce: number, reviewed: number): string {
  if (atOnce + reviewed === 0) return "Nothing is changed.";
  const words = (count: number) => (count === 1 ? "1 change" : `${count} changes`);
  if (reviewed === 0) return `${words(atOnce)}, saved at once.`;
  if (atOnce === 0) return `${words(reviewed)} of permissions: a task that is reviewed.`;
  return `${words(atOnce)} saved at once; ${words(reviewed)} of permissions as a task that is reviewed.`;
}
