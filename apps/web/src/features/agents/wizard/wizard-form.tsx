import { useQuery, useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { ArrowLeft, ArrowRight, Bot } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { FormProvider, useForm } from "react-hook-form";
import { FormProblem } from "#components/form-problem.tsx";
import { Button } from "#components/ui/button.tsx";
import { api } from "#lib/api.ts";
import { issueWords } from "#lib/issue-words.ts";
import type { FieldIssue } from "#lib/problem.ts";
import { queries } from "#lib/queries.ts";
import { useMe } from "#lib/session.ts";
import { useCommand } from "#lib/use-command.ts";
import type { AgentDraft, NewAgent } from "../agent-types.ts";
import { type AgentForm, formOf } from "../form/agent-form.ts";
import { formField, LAST_STEP, STEPS, type Step, stepIssues, stepResolver } from "../form/step-rules.ts";
import { SummaryCard } from "../summary-card.tsx";
import { KeepSign, KeepTrouble, Problems } from "./form-signs.tsx";
import { Review } from "./review.tsx";
import { StepBar } from "./step-bar.tsx";
import { StepFields } from "./step-fields.tsx";
import { useAgentDraft } from "./use-agent-draft.ts";

type Props = {
  opened: AgentDraft | null;
  step: Step;
  go: (step: Step) => void;
  hrefOf: (step: Step) => string;
  onDraft: (id: string) => void;
  onMade: (made: NewAgent) => void;
  /** What stands above the first step's fields. */
  start: ReactNode;
};

/** The five steps over one form: going back loses nothing, going on checks the step alone. */
export function WizardForm({ opened, step, go, hrefOf, onDraft, onMade, start }: Props) {
  const client = useQueryClient();
  const me = useMe();
  const form = useForm<AgentForm, { steps: readonly Step[] }>({
    mode: "onTouched",
    defaultValues: formOf(opened?.data ?? {}),
    resolver: stepResolver,
    context: { steps: [step] },
    shouldFocusError: false,
  });
  const { draft, keeping, keep, close } = useAgentDraft(form, opened, step, onDraft);
  const [reached, setReached] = useState<Step>((opened?.step ?? 1) as Step);
  const [busy, setBusy] = useState(false);
  const [announced, setAnnounced] = useState<readonly FieldIssue[]>([]);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  if (step > reached) setReached(step);

  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    setAnnounced([]);
    heading.current?.focus();
    heading.current?.closest("[data-scroller]")?.scrollTo({ top: 0 });
  }, [step]);

  /** Shows what is wrong at the fields, says it, and goes to the first. */
  const refuse = (issues: readonly FieldIssue[]) => {
    setAnnounced(issues);
    requestAnimationFrame(() => document.querySelector<HTMLElement>("#wizard [aria-invalid=true]")?.focus());
  };
  /** True where this step may be left: by its own rules, and by what only the server knows. */
  const passes = async (next: Step): Promise<AgentDraft | null> => {
    if (!(await form.trigger())) {
      refuse(stepIssues(step, form.getValues()));
      return null;
    }
    const kept = await keep(next);
    const issues = kept.problems
      .filter((problem) => problem.step === step)
      .map(({ field, issue }) => ({ field: formField(field, form.getValues()), issue }));
    for (const { field, issue } of issues) {
      form.setError(field as keyof AgentForm, { type: "server", message: issueWords(issue) });
    }
    if (issues.length > 0) refuse(issues.map((each) => ({ ...each, issue: issueWords(each.issue) })));
    return issues.length === 0 ? kept : null;
  };
  const create = useCommand(
    async () => {
      const kept = await passes(LAST_STEP);
      if (!kept) return null;
      if (!kept.input) {
        refuse(kept.problems.map(({ field, issue }) => ({ field, issue: issueWords(issue) })));
        return null;
      }
      return api.agents.create.mutate({ ...kept.input, draft_id: kept.id });
    },
    (made) => {
      if (!made) return;
      close();
      void client.invalidateQueries({ queryKey: ["agents"] });
      void client.invalidateQueries({ queryKey: ["agent_drafts"] });
      onMade(made);
    },
  );
  const next = async () => {
    if (step === LAST_STEP) return create.send();
    setBusy(true);
    try {
      const following = (step + 1) as Step;
      if (await passes(following)) go(following);
    } catch {
      // What keeps the draft from being kept is said beside the title.
    } finally {
      setBusy(false);
    }
  };
  const troubled = new Set(draft?.problems.map((problem) => problem.step));
  const ownerId = form.watch("owner_id");
  const owner = useQuery({ ...queries.user(ownerId), enabled: ownerId !== "" });
  const ownerName = ownerId === "" ? (me ? `${me.name} (you)` : "You") : (owner.data?.name ?? "…");

  return (
    <FormProvider {...form}>
      <div data-scroller className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid max-w-6xl gap-x-8 gap-y-4 px-4 py-5 max-sm:py-4 lg:grid-cols-[13rem_minmax(0,1fr)] xl:grid-cols-[13rem_minmax(0,1fr)_17rem]">
          <div className="lg:sticky lg:top-5 lg:self-start">
            <StepBar step={step} reached={reached} troubled={troubled} go={go} />
          </div>
          <form
            id="wizard"
            noValidate
            aria-labelledby="step-heading"
            className={clsx("flex min-w-0 flex-col gap-4", step === LAST_STEP && "xl:col-span-2")}
            onSubmit={(event: FormEvent) => {
              event.preventDefault();
              void next();
            }}
          >
            <header>
              <h2
                id="step-heading"
                ref={heading}
                tabIndex={-1}
                className="text-lg font-semibold tracking-tight outline-none!"
              >
                <span className="sr-only">Step {step} of 5: </span>
                {STEPS[step].name}
              </h2>
              <p className="text-ink-2">{STEPS[step].asks}</p>
            </header>
            <KeepTrouble keeping={keeping} />
            <Problems issues={announced} />
            {step === 1 && start}
            <StepFields step={step} />
            {step === LAST_STEP && <Review draft={draft} ownerName={ownerName} hrefOf={hrefOf} />}
            <FormProblem command={create} />
          </form>
          {draft && step < LAST_STEP && (
            <aside aria-label="So far" className="max-xl:hidden xl:sticky xl:top-5 xl:self-start">
              <p className="caption mb-1.5">So far</p>
              <SummaryCard summary={draft.summary} />
            </aside>
          )}
        </div>
      </div>
      <footer className="flex shrink-0 items-center gap-2 border-t border-line bg-surface px-4 py-2.5">
        {step > 1 && (
          <Button size="large" onClick={() => go((step - 1) as Step)}>
            <ArrowLeft size={15} aria-hidden /> Back
          </Button>
        )}
        <KeepSign keeping={keeping} />
        <Button
          type="submit"
          form="wizard"
          size="large"
          look="primary"
          acts
          busy={busy || create.busy}
          className="ml-auto"
        >
          {step === LAST_STEP ? (
            <>
              <Bot size={15} aria-hidden /> Make the agent<span className="max-sm:hidden"> and its key</span>
            </>
          ) : (
            <>
              Next <ArrowRight size={15} aria-hidden />
            </>
          )}
        </Button>
      </footer>
    </FormProvider>
  );
}
