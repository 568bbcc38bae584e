import type { TaskView } from "@ade/core/views/schema";
import { Check, MessageSquareWarning, X } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { isGrave } from "./grave.ts";
import type { Decision } from "./use-decisions.ts";

type Props = { view: TaskView; act: (decision: Decision) => void; changesShown: boolean };

/** The three answers, always in the same place; two big buttons on a phone. */
export function DecisionBar({ view, act, changesShown }: Props) {
  const { task, mine } = view;
  const canRespond = task.allowed_actions.includes("respond") && mine?.status === "PENDING";
  if (!canRespond) {
    return (
      <footer className="shrink-0 border-t border-line bg-sunken px-4 py-2.5 text-ink-2">
        {mine && mine.status !== "PENDING"
          ? `You answered: ${mine.status.toLowerCase().replaceAll("_", " ")}.`
          : "No answer of yours is asked for."}
      </footer>
    );
  }
  const mustLook = isGrave(task.risk?.level) && !changesShown;
  return (
    <footer className="flex shrink-0 items-center gap-2 max-sm:flex-wrap border-t border-line bg-surface px-4 py-2.5 max-sm:pb-[calc(0.625rem+env(safe-area-inset-bottom))]">
      <Button look="primary" size="large" acts onClick={() => act("approve")} className="max-sm:flex-1">
        <Check size={16} aria-hidden />
        {mustLook ? "Look first" : task.risk?.level === "CRITICAL" ? "Approve…" : "Approve"}
        <Kbd keys="a" className="border-current! text-current! opacity-70" />
      </Button>
      <Button look="danger" size="large" acts onClick={() => act("reject")} className="max-sm:flex-1">
        <X size={16} aria-hidden /> Reject <Kbd keys="r" />
      </Button>
      <Button
        look="quiet"
        size="large"
        acts
        onClick={() => act("request_changes")}
        className="max-sm:w-full sm:ml-auto"
      >
        <MessageSquareWarning size={16} aria-hidden /> Ask for changes <Kbd keys="c" />
      </Button>
    </footer>
  );
}
