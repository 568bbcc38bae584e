import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { UseFormReturn } from "react-hook-form";
import { api } from "#lib/api.ts";
import type { AgentDraft } from "../agent-types.ts";
import { type AgentForm, draftDataOf } from "../form/agent-form.ts";
import type { Step } from "../form/step-rules.ts";
import { createDraftKeeper, type Keeping } from "./draft-keeper.ts";

const SETTLE_MS = 500;
const RETRY_MS = 2000;
const SAVING: Keeping = { state: "saving" };

/**
 * Keeps what is in the form as a draft on the server. `keep` saves at once and answers the server's view of it;
 * otherwise it is saved when typing rests. `onMade` hears the id of a draft that was not there before.
 */
export function useAgentDraft(
  form: UseFormReturn<AgentForm>,
  opened: AgentDraft | null,
  step: Step,
  onMade: (id: string) => void,
) {
  const [first] = useState(opened);
  const [draft, setDraft] = useState(opened);
  const [keeping, setKeeping] = useState<Keeping>({ state: opened ? "saved" : "idle" });
  const heard = useRef(onMade);
  heard.current = onMade;
  const isHere = useRef(true);
  const at = useRef(step);
  at.current = step;
  const lastPut = useRef(JSON.stringify(draftDataOf(form.getValues())));
  const isNew = useCallback(() => JSON.stringify(draftDataOf(form.getValues())) !== lastPut.current, [form]);

  const keeper = useMemo(
    () =>
      createDraftKeeper(
        {
          create: async () => {
            const made = await api.agents.draft.create.mutate({});
            // Its id belongs in this page's address; elsewhere it would lead back here.
            if (isHere.current) heard.current(made.id);
            return made;
          },
          save: (content) => api.agents.draft.save.mutate(content),
          pause: () => new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
          tell: (now, saved) => {
            setKeeping(now.state === "saved" && isNew() ? SAVING : now);
            if (saved) setDraft(saved);
          },
        },
        first,
      ),
    [first, isNew],
  );

  const keep = useCallback(
    (at_step: Step = at.current) => {
      const data = draftDataOf(form.getValues());
      lastPut.current = JSON.stringify(data);
      return keeper.put({ step: at_step, data });
    },
    [form, keeper],
  );

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const save = () => {
      timer = undefined;
      keep().catch(() => undefined);
    };
    const watching = form.watch(() => {
      // What was typed and taken back again is saved too: something waits for the word that it is.
      if (!isNew() && timer === undefined) return;
      clearTimeout(timer);
      timer = setTimeout(save, SETTLE_MS);
      // From the first letter on: nobody shall leave on the word that is still there of the last time.
      setKeeping((now) => (now.state === "saved" || now.state === "idle" ? SAVING : now));
    });
    // A window that is closed or put away has typed its last.
    const onHide = () => document.visibilityState === "hidden" && isNew() && save();
    document.addEventListener("visibilitychange", onHide);
    isHere.current = true;
    return () => {
      isHere.current = false;
      watching.unsubscribe();
      document.removeEventListener("visibilitychange", onHide);
      clearTimeout(timer);
      // Whoever leaves within half a second of the last letter has typed that too.
      if (timer !== undefined && isNew()) save();
    };
  }, [form, isNew, keep]);

  return { draft, keeping, keep, close: keeper.close };
}
