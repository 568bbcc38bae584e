import type { TaskEntry } from "@ade/core/tasks/schema";
import { useEffect, useState } from "react";
import { type Draft, draftOfTask, EMPTY_DRAFT, readStoredDraft, storeDraft } from "./draft.ts";

/** The draft in the form: a new one is kept in this browser as it is written, an edited task's is not. */
export function useDraft(task: TaskEntry | undefined, isEdit: boolean) {
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const [loadedFrom, setLoadedFrom] = useState("");
  if (task && loadedFrom !== task.id) {
    setLoadedFrom(task.id);
    setDraft(draftOfTask(task));
  }
  useEffect(() => {
    const stored = isEdit ? null : readStoredDraft();
    if (stored) setDraft(stored);
  }, [isEdit]);
  return {
    draft,
    setDraft: (next: Draft) => {
      setDraft(next);
      if (!isEdit) storeDraft(next);
    },
    forget: () => {
      if (!isEdit) storeDraft(null);
    },
  };
}
