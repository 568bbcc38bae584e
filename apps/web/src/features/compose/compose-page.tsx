import type { Preview } from "@ade/core/executors/schema";
import { ROLLBACK_TYPE, type TaskEntry } from "@ade/core/tasks/schema";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Braces, FlaskConical, SendHorizontal, Terminal } from "lucide-react";
import { useRouter } from "next/router";
import { useEffect, useRef } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Button } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState } from "#components/ui/states.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { Changes } from "#features/task/changes.tsx";
import { Part } from "#features/task/facts.tsx";
import { Notes } from "#features/task/notes.tsx";
import { api } from "#lib/api.ts";
import { Problem, toProblem } from "#lib/problem.ts";
import { queries } from "#lib/queries.ts";
import { ComposeForm } from "./compose-form.tsx";
import { configOf, curlOf, type Draft, metadataOf, missingFrom, tagsOf } from "./draft.ts";
import { Forecast } from "./forecast.tsx";
import { issueAbout, refusalWords } from "./refusal-words.ts";
import { keyOf } from "./resource-picker.tsx";
import { useDraft } from "./use-draft.ts";
import { useSettled } from "./use-settled.ts";

const SIMULATE_AFTER_MS = 350;

/** A change as it is written, with what it would set off beside it. */
export function ComposePage() {
  const router = useRouter();
  const client = useQueryClient();
  const editId = typeof router.query.edit === "string" ? router.query.edit : "";
  const edited = useQuery({ ...queries.taskView(editId), enabled: editId !== "" });
  const executors = useQuery(queries.executors());
  const { draft, setDraft, forget } = useDraft(edited.data?.task as TaskEntry | undefined, editId !== "");
  const settled = useSettled(draft, SIMULATE_AFTER_MS);
  const ready = draft.type !== "" && draft.resources.length > 0;
  const simulation = useQuery({
    ...queries.simulation(configOf(settled), tagsOf(settled)),
    enabled: settled.type !== "" && settled.resources.length > 0,
  });
  const dryRunShown = useRef<HTMLElement>(null);
  const declared = new Set(draft.resources.map(keyOf));
  const undeclared = (simulation.data?.locks ?? [])
    .map(({ key }) => key.replace(/^resource:/, ""))
    .filter((key) => !key.startsWith("task:") && !key.startsWith("agent:") && !declared.has(key));

  const dryRun = useMutation({
    mutationFn: () => {
      assertComplete(draft);
      return api.tasks.create.mutate({
        config: configOf(draft),
        metadata: metadataOf(draft),
        dry_run: true,
      });
    },
    // A refusal of saving was about an earlier try.
    onMutate: () => {
      if (!save.isPending) save.reset();
    },
    onSuccess: () => requestAnimationFrame(() => dryRunShown.current?.focus()),
  });
  const save = useMutation({
    mutationFn: async (andSubmit: boolean) => {
      assertComplete(draft);
      const body = { config: configOf(draft), metadata: metadataOf(draft) };
      const task = edited.data
        ? await api.tasks.edit.mutate({ id: editId, ...body, expected_revision: edited.data.task.revision })
        : await api.tasks.create.mutate(body);
      if (!("id" in task)) throw new Error("The server stored nothing.");
      forget();
      if (andSubmit) {
        await api.tasks.submit
          .mutate({ id: task.id })
          .catch((error: unknown) => toastProblem("Stored, but not submitted", error));
      }
      await client.invalidateQueries({
        predicate: ({ queryKey }) => ["task", "tasks", "inbox"].includes(String(queryKey[0])),
      });
      await router.push(`/tasks/${task.id}`);
    },
  });
  const change = (next: Draft) => {
    setDraft(next);
    // They were about what stood here before.
    if (!dryRun.isPending) dryRun.reset();
    if (!save.isPending) save.reset();
  };
  const refused = save.error ?? dryRun.error;
  const problem = refused ? toProblem(refused) : null;
  useEffect(() => {
    if (refused) goToRefusal();
  }, [refused]);
  const isDraft = !edited.data || edited.data.task.state === "DRAFT";
  const copy = (text: string, what: string) =>
    void navigator.clipboard.writeText(text).then(() => toast({ text: `Copied as ${what}` }));
  const preview: Preview | undefined =
    dryRun.data && "preview" in dryRun.data ? (dryRun.data.preview as Preview) : undefined;

  return (
    <>
      <PageBar title={editId ? "Edit task" : "New task"}>
        <Button
          look="quiet"
          disabled={!ready}
          onClick={() =>
            copy(JSON.stringify({ config: configOf(draft), metadata: metadataOf(draft) }, null, 2), "JSON")
          }
          className="max-md:hidden"
        >
          <Braces size={15} aria-hidden /> Copy JSON
        </Button>
        <Button
          look="quiet"
          disabled={!ready}
          onClick={() => copy(curlOf(draft, location.origin), "curl")}
          className="max-md:hidden"
        >
          <Terminal size={15} aria-hidden /> Copy curl
        </Button>
        <Button acts busy={dryRun.isPending} onClick={() => dryRun.mutate()}>
          <FlaskConical size={15} aria-hidden /> Dry run
        </Button>
        <Button acts busy={save.isPending} onClick={() => save.mutate(false)}>
          {editId ? "Save" : "Create draft"}
        </Button>
        {isDraft && (
          <Button look="primary" acts busy={save.isPending} onClick={() => save.mutate(true)}>
            <SendHorizontal size={15} aria-hidden /> {editId ? "Save and submit" : "Create and submit"}
          </Button>
        )}
      </PageBar>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid max-w-6xl gap-x-10 gap-y-8 px-4 py-5 lg:grid-cols-[minmax(0,1fr)_23rem]">
          <div className="flex min-w-0 flex-col gap-6">
            <div role="alert" data-refusal className="scroll-my-5 empty:hidden">
              {problem && <Notes tone="bad" notes={refusalWords(problem)} />}
            </div>
            <Resolved query={executors} what="The types of task">
              {({ executors: offered }) =>
                offered.length === 0 ? (
                  <PageState icon={FlaskConical} title="No type of task is set up">
                    An admin switches them on in the settings, for instance with ADE_FILE_ROOTS.
                  </PageState>
                ) : (
                  <ComposeForm
                    executors={offered.filter(({ type }) => type !== ROLLBACK_TYPE)}
                    draft={draft}
                    onChange={change}
                    undeclared={undeclared}
                    issueOf={(field) => issueAbout(problem, field)}
                  />
                )
              }
            </Resolved>
            {dryRun.data && (
              <section ref={dryRunShown} tabIndex={-1} aria-label="Dry run" className="scroll-my-5">
                <Part title="Dry run" note="nothing was stored">
                  {preview ? (
                    <Changes preview={preview} />
                  ) : (
                    <p className="text-ink-3">No worker planned it in time. Try again.</p>
                  )}
                </Part>
              </section>
            )}
          </div>
          <aside aria-label="What would happen" className="lg:sticky lg:top-5 lg:self-start">
            <Forecast query={simulation} ready={ready} />
          </aside>
        </div>
      </div>
    </>
  );
}

/** Refuses a draft that is not whole before it is sent, with every field that it lacks. Throws Problem. */
function assertComplete(draft: Draft): void {
  const missing = missingFrom(draft);
  if (missing.length > 0)
    throw new Problem({
      code: "VALIDATION_ERROR",
      status: 400,
      message: "Something is missing.",
      details: missing,
    });
}

/** Brings whoever was refused to the first wrong field, or to the words where no field shows them. */
function goToRefusal(): void {
  const wrong = document.querySelector<HTMLElement>("form [aria-invalid=true]");
  const fold = wrong?.closest("details");
  if (fold) fold.open = true;
  if (wrong) wrong.focus();
  else document.querySelector("[data-refusal]")?.scrollIntoView({ block: "nearest" });
}
