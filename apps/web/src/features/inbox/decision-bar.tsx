import type { TaskView } from "@ade/core/views/schema";
import {
  AlarmClock,
  Check,
  Ellipsis,
  Forward,
  ListPlus,
  MessageSquareWarning,
  Pencil,
  X,
} from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { Menu, MenuItem } from "#components/ui/menu.tsx";
import { Left } from "#components/ui/time.tsx";
import { isAway } from "#lib/connection.ts";
import { useTicking } from "#lib/server-time.ts";
import { isGrave } from "./grave.ts";
import type { Act } from "./use-inbox-keys.ts";

type Props = { view: TaskView; act: (what: Act) => void; changesShown: boolean };

const ANSWERS: Readonly<Record<string, string>> = {
  APPROVED: "You approved it",
  REJECTED: "You rejected it",
  CHANGES_REQUESTED: "You asked for changes",
  DELEGATED: "You passed it on",
  SUPERSEDED: "The change was edited after you were asked",
  CLOSED: "It was decided without you",
};
const barClass =
  "flex shrink-0 items-center gap-2 border-t border-line px-4 py-2.5 max-sm:flex-wrap max-sm:pb-[calc(0.625rem+env(safe-area-inset-bottom))]";

/** The answers, always in the same place; two big buttons on a phone. */
export function DecisionBar({ view, act, changesShown }: Props) {
  const { task, mine } = view;
  const mayRespond = task.allowed_actions.includes("respond");
  if (!mayRespond || !mine || mine.status === "DELEGATED") {
    return (
      <footer className={`${barClass} bg-sunken text-ink-2`}>
        {(mine && ANSWERS[mine.status]) ??
          (view.my_override?.status === "PENDING"
            ? "Another admin's override waits for your word, above"
            : "No answer of yours is asked for")}
        .
      </footer>
    );
  }
  if (mine.status !== "PENDING") return <ChangeOfMind view={view} act={act} />;
  const mustLook = isGrave(task.risk?.level) && !changesShown;
  return (
    <footer className={`${barClass} bg-surface`}>
      <Button look="primary" size="large" acts onClick={() => act("approve")} className="max-sm:flex-1">
        <Check size={16} aria-hidden />
        {mustLook ? "Look first" : task.risk?.level === "CRITICAL" ? "Approve…" : "Approve"}
        <KeyOf of="approve" className="border-current! text-current! opacity-70" />
      </Button>
      <Button look="danger" size="large" acts onClick={() => act("reject")} className="max-sm:flex-1">
        <X size={16} aria-hidden /> Reject <KeyOf of="reject" />
      </Button>
      <span className="flex items-center gap-1 max-sm:w-full sm:ml-auto">
        <Button
          look="quiet"
          size="large"
          acts
          onClick={() => act("request_changes")}
          className="px-2.5! max-sm:flex-1"
        >
          <MessageSquareWarning size={16} aria-hidden /> Ask for changes <KeyOf of="request_changes" />
        </Button>
        <More view={view} act={act} />
      </span>
    </footer>
  );
}

/** What else may be answered; a tool call by other arguments too, or for all calls like it. */
function More({ view, act }: { view: TaskView; act: (what: Act) => void }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  const isOff = isAway();
  return (
    <>
      <IconButton
        label="More answers"
        size="large"
        acts
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={(event) => {
          setAnchor(event.currentTarget);
          setOpen(true);
        }}
        className="w-9!"
      >
        <Ellipsis size={17} aria-hidden />
      </IconButton>
      {anchor && (
        <Menu anchor={anchor} open={open} setOpen={setOpen} side="top" align="end">
          <MenuItem
            disabled={isOff}
            icon={<Forward size={14} aria-hidden />}
            onSelect={() => act("delegate")}
          >
            <span className="flex-1">Delegate…</span> <KeyOf of="delegate" />
          </MenuItem>
          <MenuItem
            disabled={isOff}
            icon={<AlarmClock size={14} aria-hidden />}
            onSelect={() => act("snooze")}
          >
            <span className="flex-1">Snooze…</span> <KeyOf of="snooze" />
          </MenuItem>
          <MenuItem
            disabled={isOff}
            icon={<ListPlus size={14} aria-hidden />}
            onSelect={() => act("approve_with")}
          >
            {view.may_allow_always ? "Approve, and allow always…" : "Approve, with others or at once…"}
          </MenuItem>
          {view.task.allowed_actions.includes("change_arguments") && (
            <MenuItem
              disabled={isOff}
              icon={<Pencil size={14} aria-hidden />}
              onSelect={() => act({ kind: "change_arguments", task: view.task })}
            >
              Change arguments…
            </MenuItem>
          )}
        </Menu>
      )}
    </>
  );
}

/** One's answer stands; while the review lasts it can be another. */
function ChangeOfMind({ view, act }: { view: TaskView; act: (what: Act) => void }) {
  const { mine } = view;
  const release = mine?.release_at;
  const isHeld = useTicking((now) => release !== undefined && Date.parse(release) > now);
  return (
    <footer className={`${barClass} bg-sunken`}>
      <span className="min-w-0 flex-1 text-ink-2">
        {ANSWERS[mine?.status ?? ""] ?? "You answered"}.{" "}
        {release && isHeld ? (
          <>
            In effect: <Left until={release} />.
          </>
        ) : (
          "Another mind? The last answer counts."
        )}
      </span>
      {mine?.status !== "APPROVED" && (
        <Button acts onClick={() => act("approve")}>
          Approve after all
        </Button>
      )}
      {mine?.status !== "REJECTED" && (
        <Button look="danger" acts onClick={() => act("reject")}>
          Reject after all
        </Button>
      )}
      {mine?.status !== "CHANGES_REQUESTED" && (
        <Button look="quiet" acts onClick={() => act("request_changes")}>
          Ask for changes
        </Button>
      )}
    </footer>
  );
}
