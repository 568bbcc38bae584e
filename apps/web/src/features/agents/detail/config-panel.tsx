import { useQueryClient } from "@tanstack/react-query";
import { CircleAlert, Cog, FileClock, RotateCcw, ScrollText, SlidersHorizontal, Wrench } from "lucide-react";
import { useRouter } from "next/router";
import { useEffect, useRef, useState } from "react";
import { FormProvider, get, type UseFormReturn, useFormState } from "react-hook-form";
import { FormProblem } from "#components/form-problem.tsx";
import { Button } from "#components/ui/button.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { toast } from "#components/ui/toast.ts";
import { api, type Inputs } from "#lib/api.ts";
import type { FieldIssue } from "#lib/problem.ts";
import type { useUrlState } from "#lib/url-state.ts";
import { useCommand } from "#lib/use-command.ts";
import { type AgentForm, AT_ONCE, changesOf, REVIEWED } from "../form/agent-form.ts";
import { FormLook } from "../form/rows.tsx";
import { STEP_NUMBERS, stepIssues } from "../form/step-rules.ts";
import { agentQueries } from "../queries.ts";
import { Problems } from "../wizard/form-signs.tsx";
import { ConfigFields } from "./config-fields.tsx";
import { ConfigHistory } from "./config-history.tsx";
import { fieldName } from "./field-words.ts";
import { OpenProposals } from "./open-proposals.tsx";
import { ProposeDialog } from "./propose-dialog.tsx";
import { TemplateReset } from "./template-reset.tsx";
import type { ConfigForm } from "./use-config-form.ts";

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

type Props = {
  config: ConfigForm;
  mayManage: boolean;
  isAdmin: boolean;
  url: ReturnType<typeof useUrlState>;
};

/** Everything that is set of an agent: changed here, saved at once or proposed where it is a matter of permission. */
export function ConfigPanel({ config, mayManage, isAdmin, url }: Props) {
  const { form, opened, values, changed, reviewed, atOnce, clashes, isChanged } = config;
  const router = useRouter();
  const client = useQueryClient();
  const part = PARTS.find(({ id }) => id === url.text("part")) ?? PARTS[0];
  const [asking, setAsking] = useState(false);
  const [proposed, setProposed] = useState<string | null>(null);
  const [announced, setAnnounced] = useState<readonly FieldIssue[]>([]);
  const wrong = useFormState({ control: form.control }).errors;
  const isToFocus = useRef(false);

  const save = useCommand(
    async () => {
      const sent = structuredClone(values);
      const set = changesOf(AT_ONCE, sent, changed) as Omit<Inputs["agents"]["configure"], "id" | "version">;
      try {
        const entry = await api.agents.configure.mutate({
          id: opened.id,
          version: opened.version,
          ...set,
        });
        return { entry, sent };
      } catch (error) {
        // Where somebody was faster, their version comes at once and moves under what is typed.
        void client.invalidateQueries({ queryKey: agentQueries.one(opened.id).queryKey });
        throw error;
      }
    },
    ({ entry, sent }) => {
      client.setQueryData(agentQueries.one(entry.id).queryKey, entry);
      void client.invalidateQueries({ queryKey: ["agent", entry.id] });
      config.saved(entry, sent);
      toast({ text: `Saved: ${entry.name}, version ${entry.version}` });
      // What is to be reviewed stays in the form until it is proposed.
      if (reviewed.length > 0) setAsking(true);
    },
  );
  const submit = async () => {
    if (!isChanged || save.busy) return;
    const isRight = await form.trigger();
    const issues = isRight ? [] : STEP_NUMBERS.flatMap((step) => stepIssues(step, form.getValues()));
    setAnnounced(issues);
    if (!isRight) {
      isToFocus.current = true;
      const [first] = issues;
      const there = PARTS.find(({ fields }) => fields.some((field) => field === first?.field.split(".")[0]));
      if (there && there !== part) url.set({ part: there.id === "settings" ? null : there.id });
    } else if (atOnce.length > 0) await save.send();
    else setAsking(true);
  };
  // The part with the first wrong field may have to be opened before the field is there.
  useEffect(() => {
    const field = isToFocus.current && document.querySelector<HTMLElement>("#config [aria-invalid=true]");
    if (!field) return;
    isToFocus.current = false;
    field.focus();
  });

  return (
    <FormProvider {...(form as unknown as UseFormReturn<AgentForm>)}>
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
          <OpenProposals agent={opened} proposed={proposed} />
          <Tabs
            form="part"
            label="Parts of the configuration"
            tabs={PARTS.map((each) => ({
              ...each,
              note: each.fields.some((field) => wrong[field]) ? (
                <CircleAlert size={13} role="img" aria-label="something to mend" className="text-bad" />
              ) : (
                each.fields.some((field) => changed.has(field)) && (
                  <span className="size-1.5 rounded-full bg-accent">
                    <span className="sr-only">changed</span>
                  </span>
                )
              ),
            }))}
            value={part.id}
            onChange={(id) => url.set({ part: id === "settings" ? null : id })}
          >
            <div className="flex max-w-3xl flex-col gap-4 pt-4">
              {part.id === "history" ? (
                <ConfigHistory agentId={opened.id} />
              ) : (
                <ConfigFields part={part.id} agentId={opened.id} mayManage={mayManage} isAdmin={isAdmin} />
              )}
            </div>
          </Tabs>
          {mayManage && part.id !== "history" && (
            <footer className="sticky bottom-0 z-20 -mx-4 flex flex-col gap-2 border-t border-line bg-canvas px-4 py-3 max-sm:-mx-3 max-sm:px-3">
              {clashes.length > 0 && (
                <p role="alert" className="text-warn">
                  Somebody stored version {opened.version} meanwhile, with another{" "}
                  {clashes.map((field) => `“${fieldName(field)}”`).join(", ")}. What you typed is still here;
                  saving replaces theirs.
                </p>
              )}
              <Problems issues={announced.filter(({ field }) => get(wrong, field) !== undefined)} />
              <FormProblem command={save} />
              <div className="flex flex-wrap items-center gap-2">
                <p role="status" className="min-w-0 flex-1 text-ink-2 max-sm:basis-full">
                  {changesText(atOnce.length, reviewed.length)}
                </p>
                <TemplateReset />
                <Button
                  disabled={!isChanged}
                  onClick={() => {
                    setAnnounced([]);
                    config.revert();
                  }}
                >
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
              config.proposed();
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
