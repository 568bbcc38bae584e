import type { TaskEntry } from "@ade/core/tasks/schema";
import type { InboxRow } from "@ade/core/views/schema";
import { type RefObject, useCallback, useRef, useState } from "react";
import { toast } from "#components/ui/toast.ts";
import { useKeys } from "#lib/keys.ts";
import { answerKind, type Decision } from "./answer.ts";
import { isGrave } from "./grave.ts";
import { CARD_PX, ROW_PX } from "./inbox-row.tsx";
import type { Decisions } from "./use-decisions.ts";
import type { Line } from "./use-inbox.ts";

/** What the decision bar and the keys can do to an approval. */
export type Act = Decision | "delegate" | "snooze" | "approve_with" | ChangeArguments;
type ChangeArguments = { kind: "change_arguments"; task: TaskEntry };
export type DecisionDialog =
  | ChangeArguments
  | { kind: "reason"; decision: Decision; row: InboxRow }
  | { kind: "target" | "approve_with" | "delegate" | "snooze"; row: InboxRow }
  | { kind: "bulk"; decision: "approve" | "reject"; rows: readonly InboxRow[] };

type Context = {
  lines: readonly Line[];
  cursor: number;
  isOpen: boolean;
  away: boolean;
  decisions: Decisions;
  open: (id: string | null, how?: "push" | "replace") => void;
  setCursorId: (id: string) => void;
  refresh: () => void;
  list: RefObject<HTMLDivElement | null>;
};

/** By then a dialog that asked has given the focus back. */
const FOCUS_AFTER_MS = 60;

/** Moving, selecting and deciding, from keys and from buttons alike. */
export function useInboxKeys(context: Context) {
  const { lines, cursor, isOpen, away, decisions, open, setCursorId, refresh, list } = context;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [changesShown, setChangesShown] = useState<ReadonlySet<string>>(new Set());
  /** Whose changes were before the reviewer's eyes at least once. */
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<DecisionDialog | null>(null);
  const focusing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const current = lines[cursor]?.row;

  /** Whoever is that quick is in the next dialog when the row's turn comes to have the focus. */
  const ask = (what: DecisionDialog) => {
    clearTimeout(focusing.current);
    setDialog(what);
  };

  const toggle = useCallback((id: string) => setSelected((before) => flip(before, id)), []);
  const showChanges = useCallback((id: string, shown: boolean) => {
    setChangesShown((before) => (before.has(id) === shown ? before : flip(before, id)));
    if (shown) setOpened((before) => (before.has(id) ? before : new Set(before).add(id)));
  }, []);
  const moveTo = (place: number) => {
    const line = lines[Math.max(0, Math.min(place, lines.length - 1))];
    if (!line) return;
    setCursorId(line.row.task_id);
    if (isOpen) open(line.row.task_id);
    requestAnimationFrame(() => focusRow(list.current, line.row.task_id, place));
  };
  const extend = (step: number) => {
    if (current) setSelected((before) => new Set(before).add(current.task_id));
    const next = lines[cursor + step];
    if (next) setSelected((before) => new Set(before).add(next.row.task_id));
    moveTo(cursor + step);
  };
  const step = () => {
    const next = lines[cursor + 1] ?? lines[cursor - 1];
    if (next) setCursorId(next.row.task_id);
    if (isOpen) open(next?.row.task_id ?? null);
    clearTimeout(focusing.current);
    if (next)
      focusing.current = setTimeout(() => focusRow(list.current, next.row.task_id, cursor), FOCUS_AFTER_MS);
  };

  const act = (what: Act) => {
    if (away || dialog) return;
    if (typeof what === "object") return ask(what);
    const rows = lines.filter(({ row }) => selected.has(row.task_id)).map(({ row }) => row);
    if (rows.length > 0 && (what === "approve" || what === "reject"))
      return ask({ kind: "bulk", decision: what, rows });
    if (!current) return;
    const isDecision = what === "approve" || what === "reject" || what === "request_changes";
    const kind = answerKind(current, isDecision ? what : undefined);
    if (kind === null || (kind === "change" && !isDecision)) {
      const isSame = isDecision && answerKind(current) === "change";
      const text = isSame ? "That is your answer already" : "No answer of yours is asked for here";
      return void toast({ tone: "bad", text, detail: current.title });
    }
    if (what === "delegate" || what === "snooze") return ask({ kind: what, row: current });
    if (what === "reject" || what === "request_changes")
      return ask({ kind: "reason", decision: what, row: current });
    if (isGrave(current.risk_level) && !(isOpen && changesShown.has(current.task_id))) {
      open(current.task_id);
      showChanges(current.task_id, true);
      return void toast({
        text: "Look at the changes first",
        detail: "Its risk is high. Approve again once you have read them.",
      });
    }
    if (what === "approve_with") return ask({ kind: "approve_with", row: current });
    if (current.risk_level === "CRITICAL") return ask({ kind: "target", row: current });
    step();
    void decisions.decide(current, "approve");
  };

  useKeys({
    next: () => moveTo(cursor + 1),
    previous: () => moveTo(cursor - 1),
    extend_next: () => extend(1),
    extend_previous: () => extend(-1),
    select: () => current && toggle(current.task_id),
    open: () => current && open(current.task_id, isOpen ? "replace" : "push"),
    approve: () => act("approve"),
    reject: () => act("reject"),
    request_changes: () => act("request_changes"),
    delegate: () => act("delegate"),
    snooze: () => act("snooze"),
    show_changes: () => current && isOpen && showChanges(current.task_id, !changesShown.has(current.task_id)),
    show_new: refresh,
    undo: () => (decisions.canUndo() ? void decisions.undo() : false),
    close: () => {
      if (isOpen) open(null);
      else if (selected.size > 0) setSelected(new Set());
      else return false;
    },
  });

  return {
    selected,
    toggle,
    act,
    dialog,
    changesShown,
    opened,
    showChanges,
    closeDialog: () => setDialog(null),
    /** After a dialog decided: the next row, and no selection. */
    done: () => {
      setDialog(null);
      if (selected.size > 0) setSelected(new Set());
      else step();
    },
  };
}

function flip(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}

function focusRow(list: HTMLElement | null, id: string, place: number): void {
  if (!list) return;
  const height = matchMedia("(max-width: 40rem)").matches ? CARD_PX : ROW_PX;
  if (place * height < list.scrollTop) list.scrollTop = place * height;
  if ((place + 1) * height > list.scrollTop + list.clientHeight)
    list.scrollTop = (place + 1) * height - list.clientHeight;
  document.getElementById(`row-${id}`)?.focus({ preventScroll: true });
}
