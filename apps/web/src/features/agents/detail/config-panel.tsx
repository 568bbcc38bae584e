import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Cog, FileClock, RotateCcw, ScrollText, SlidersHorizontal, Wrench } from "lucide-react";
import { useEffect, useState } from "react";
import { FormProvider, useForm, useWatch } from "react-hook-form";
import { FormProblem } from "#components/form-problem.tsx";
import { Button } from "#components/ui/button.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { toast } from "#components/ui/toast.ts";
import { api, type Inputs } from "#lib/api.ts";
import type { useUrlState } from "#lib/url-state.ts";
import { useCommand } from "#lib/use-command.ts";
import type { Agent, Template } from "../agent-types.ts";
import { type AgentForm, AT_ONCE, changedFields, changesOf, formOf, REVIEWED } from "../form/agent-form.ts";
import { ConnectionFields } from "../form/connection-fields.tsx";
import { ConnectionTest } from "../form/connection-test.tsx";
import { IdentityFields } from "../form/identity-fields.tsx";
import { InstructionFields, MemoryFields } from "../form/instruction-fields.tsx";
import { LimitFields, ParameterFields } from "../form/limit-fields.tsx";
import { ModelPicker } from "../form/model-picker.tsx";
import { FormLook } from "../form/rows.tsx";
import { ScopeFields } from "../form/scope-fields.tsx";
import { stepResolver } from "../form/step-rules.ts";
import { ToolFields } from "../form/tool-fields.tsx";
import { agentQueries } from "../queries.ts";
import { ConfigHistory } from "./config-history.tsx";
import { ProposeDialog, Proposed, ReviewedNote } from "./propose-dialog.tsx";

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
          {proposed && <Proposed taskId={proposed} />}
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
              {part.id !== "history" && !mayManage && (
                <p className="text-ink-3">Its owner and admins change these.</p>
              )}
              {part.id === "settings" && (
                <>
                  <IdentityFields isNew={false} />
                  <ConnectionFields />
                  {mayManage && <ConnectionTest agentId={agent.id} />}
                  <ModelPicker />
                </>
              )}
              {part.id === "system" && (
                <>
                  <InstructionFields />
                  <MemoryFields />
                </>
              )}
              {part.id === "tools" && (
                <>
                  <ReviewedNote />
                  <ScopeFields />
                  <ToolFields />
                </>
              )}
              {part.id === "environment" && (
                <>
                  <ReviewedNote />
                  <LimitFields />
                  <ParameterFields />
                </>
              )}
              {part.id === "history" && <ConfigHistory agentId={agent.id} />}
            </div>
          </Tabs>
          {mayManage && part.id !== "history" && (
            <footer className="sticky bottom-0 z-20 -mx-4 flex flex-col gap-2 border-t border-line bg-canvas px-4 py-3">
              {isOvertaken && isChanged && (
                <div role="alert" className="flex flex-wrap items-center gap-2 text-warn">
                  <span className="min-w-0 flex-1">
                    Version {agent.version} was stored meanwhile. Revert to see it, then change again.
                  </span>
                </div>
              )}
              <FormProblem command={save} />
              <div className="flex flex-wrap items-center gap-2">
                <p role="status" className="min-w-0 flex-1 text-ink-2 max-sm:basis-full">
                  {changesText(atOnce.length, reviewed.length)}
                </p>
                <TemplateReset
                  apply={(template) => {
                    form.setValue("instructions", template.instructions, { shouldDirty: true });
                    if (template.tools) form.setValue("tools", [...template.tools], { shouldDirty: true });
                    const {
                      temperature = null,
                      max_tokens = null,
                      context_window = null,
                    } = template.parameters ?? {};
                    form.setValue("parameters", { temperature, max_tokens, context_window });
                  }}
                />
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

function TemplateReset({ apply }: { apply: (template: Template) => void }) {
  const catalogue = useQuery(agentQueries.catalogue());
  const templates = catalogue.data?.templates ?? [];
  if (templates.length === 0) return null;
  return (
    <select
      aria-label="Reset to a template"
      value=""
      onChange={(event) => {
        const template = templates.find(({ id }) => id === event.target.value);
        if (!template) return;
        apply(template);
        toast({ text: `“${template.name}” is in the form`, detail: "Nothing is stored until you save." });
      }}
      className="field w-auto!"
    >
      <option value="">Reset to template…</option>
      {templates.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
