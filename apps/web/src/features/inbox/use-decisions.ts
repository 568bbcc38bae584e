import type { InboxRow } from "@ade/core/views/schema";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { answer } from "./answer.ts";

/** Until then the server holds a decision back, so that it can be taken back (lifecycle.md, "Undo"). */
const UNDO_SECONDS = 10;

export type Decision = "approve" | "reject" | "request_changes";
const DONE: Record<Decision, string> = {
  approve: "Approved",
  reject: "Rejected",
  request_changes: "Changes requested",
};

type Undoable = { approvalId: string; taskId: string; untilMs: number; dismiss: () => void };

/**
 * Sends decisions and takes them back. A decided row leaves the list at once and returns if the server refuses it;
 * the decision itself is stored at once, so closing the tab loses nothing.
 */
export function useDecisions() {
  const client = useQueryClient();
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<Undoable | null>(null);

  const mark = (taskId: string, isTaken: boolean) =>
    setTaken((before) => {
      const next = new Set(before);
      if (isTaken) next.add(taskId);
      else next.delete(taskId);
      return next;
    });
  const readAgain = () =>
    client.invalidateQueries({
      predicate: ({ queryKey }) => ["inbox", "task", "tasks"].includes(String(queryKey[0])),
    });

  const send = (row: InboxRow, action: Decision, reason?: string) =>
    answer(row, action, reason, UNDO_SECONDS);

  const undo = async (which: Undoable | null = last.current) => {
    if (!which || Date.now() > which.untilMs) return false;
    if (last.current === which) last.current = null;
    which.dismiss();
    try {
      await api.approvals.withdraw.mutate({ id: which.approvalId });
      mark(which.taskId, false);
      toast({ text: "Taken back", detail: "The decision did not take effect." });
    } catch (error) {
      toastProblem("Too late to undo", error);
    }
    await readAgain();
    return true;
  };

  const decide = async (row: InboxRow, action: Decision, reason?: string) => {
    mark(row.task_id, true);
    try {
      await send(row, action, reason);
      const which: Undoable = {
        approvalId: row.approval_id ?? "",
        taskId: row.task_id,
        untilMs: Date.now() + UNDO_SECONDS * 1000,
        dismiss: () => {},
      };
      which.dismiss = toast({
        text: `${DONE[action]}: ${row.title}`,
        detail: `Takes effect in ${UNDO_SECONDS} seconds.`,
        seconds: UNDO_SECONDS,
        action: { label: "Undo", keys: "z", run: () => void undo(which) },
      });
      last.current = which;
    } catch (error) {
      mark(row.task_id, false);
      toastProblem("The decision was not stored", error);
    }
    await readAgain();
  };

  return {
    taken,
    decide,
    send,
    undo,
    forget: (taskId: string) => mark(taskId, true),
    canUndo: () => last.current !== null,
  };
}
