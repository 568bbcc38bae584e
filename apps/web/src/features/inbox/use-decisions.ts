import type { InboxRow } from "@ade/core/views/schema";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { usePreferences } from "#lib/preferences.ts";
import { type AnswerOptions, answer, type Decision } from "./answer.ts";

/** Until the preferences are read. */
const UNDO_SECONDS = 10;

const DONE: Record<Decision, string> = {
  approve: "Approved",
  reject: "Rejected",
  request_changes: "Changes requested",
};

/** Something done to rows, after which they leave the list. */
export type Deed = {
  rows: readonly InboxRow[];
  text: string;
  detail?: string;
  /** It answers what was asked: neither put aside nor passed on. */
  isAnswer?: boolean;
  run: () => Promise<unknown>;
  /** Takes it back while its time lasts; absent where it cannot be. */
  undo?: () => Promise<unknown>;
};
type Undoable = Pick<Deed, "rows"> & { undo: () => Promise<unknown>; untilMs: number; dismiss: () => void };
export type Decisions = ReturnType<typeof useDecisions>;

/**
 * Does what a reviewer decides, and takes it back. Rows leave the list at once and return if the server refuses; an
 * answer is stored at once and held back by the server until its undo time is over (lifecycle.md, "Undo"), so that
 * closing the tab loses nothing.
 */
export function useDecisions() {
  const client = useQueryClient();
  const undoSeconds = usePreferences()?.undo_seconds ?? UNDO_SECONDS;
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<Undoable | null>(null);
  /** What has really been done since the page was opened. */
  const [did, setDid] = useState({ answer: false, undo: false });

  const mark = (rows: readonly InboxRow[], isTaken: boolean) =>
    setTaken((before) => {
      const next = new Set(before);
      for (const { task_id } of rows) {
        if (isTaken) next.add(task_id);
        else next.delete(task_id);
      }
      return next;
    });
  const readAgain = () =>
    client.invalidateQueries({
      predicate: ({ queryKey }) => ["inbox", "task", "tasks"].includes(String(queryKey[0])),
    });

  const undo = async (which: Undoable | null = last.current) => {
    if (!which || Date.now() > which.untilMs) return false;
    if (last.current === which) last.current = null;
    which.dismiss();
    try {
      await which.undo();
      mark(which.rows, false);
      setDid((before) => ({ ...before, undo: true }));
      toast({ text: "Taken back", detail: "It did not take effect." });
    } catch (error) {
      toastProblem("Too late to undo", error);
    }
    await readAgain();
    return true;
  };

  /** After a deed: says so, with the time in which it can be taken back. */
  const tell = ({ rows, text, detail, isAnswer, undo: back }: Omit<Deed, "run">) => {
    mark(rows, true);
    if (isAnswer) setDid((before) => ({ ...before, answer: true }));
    if (!back || undoSeconds === 0) return void toast({ text, detail });
    const which: Undoable = {
      rows,
      undo: back,
      untilMs: Date.now() + undoSeconds * 1000,
      dismiss: () => {},
    };
    which.dismiss = toast({
      text,
      detail,
      seconds: undoSeconds,
      action: { label: "Undo", key: "undo", run: () => void undo(which) },
    });
    last.current = which;
  };

  const perform = async (deed: Deed) => {
    mark(deed.rows, true);
    try {
      await deed.run();
      tell(deed);
    } catch (error) {
      mark(deed.rows, false);
      toastProblem("That was not stored", error);
    }
    await readAgain();
  };

  /** For a dialog, which stays with what was typed until it is stored, says itself what was refused, and `tell`s. */
  const store = async (deed: Deed) => {
    try {
      await deed.run();
    } finally {
      void readAgain();
    }
  };

  return {
    taken,
    did,
    undo,
    undoSeconds,
    perform,
    store,
    tell,
    readAgain,
    canUndo: () => last.current !== null,
    decide: (row: InboxRow, action: Decision) => perform(decision(row, action, undoSeconds)),
  };
}

/** An answer to one row, with its reason and what else may go with it. */
export function decision(
  row: InboxRow,
  action: Decision,
  undoSeconds: number,
  reason?: string,
  options?: AnswerOptions,
): Deed {
  return {
    rows: [row],
    text: `${DONE[action]}: ${row.title}`,
    isAnswer: true,
    run: () => answer(row, action, reason, undoSeconds, options),
    undo: () => api.approvals.withdraw.mutate({ id: row.approval_id ?? "" }),
  };
}
