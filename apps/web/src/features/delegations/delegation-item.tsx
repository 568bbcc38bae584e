import type { DelegationEntry } from "@ade/core/delegations/schema";
import clsx from "clsx";
import { ArrowRight, CalendarClock, CircleCheck, CircleSlash, CornerDownRight, Trash2 } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { cascadeWords, conditionWords, dateWords } from "./delegation-words.ts";
import { Words } from "./words.tsx";

type Props = {
  delegation: DelegationEntry;
  /** The reader, who is "you". */
  me: string;
  /** Opens its form; absent where the reader may only look. */
  open: (() => void) | undefined;
  remove: (() => void) | undefined;
};

/** One delegation: who to whom, for what, how long. */
export function DelegationItem({ delegation, me, open, remove }: Props) {
  const { conditions, cascade, note, state } = delegation;
  const owner = delegation.owner_id === me ? "You" : delegation.owner_name;
  const delegate = delegation.delegate_to === me ? "you" : delegation.delegate_name;
  const dates = dateWords(delegation);
  const isIdle = state === "off" || state === "ended";
  const name = (
    <span className="inline-flex flex-wrap items-center gap-x-1.5">
      {owner} <ArrowRight size={14} role="img" aria-label="to" className="text-accent" /> {delegate}
    </span>
  );
  return (
    <li
      className={clsx(
        "card relative flex flex-col gap-2 p-4",
        open && "transition-colors duration-(--quick) hover:border-line-strong hover:shadow-control",
      )}
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1 pr-8">
        <h3 className="text-base leading-snug font-semibold">
          {open ? (
            <button
              type="button"
              data-row
              aria-haspopup="dialog"
              onClick={open}
              className="text-left break-words after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none! focus-visible:after:outline-2 focus-visible:after:outline-accent"
            >
              {name}
            </button>
          ) : (
            name
          )}
        </h3>
        <StateBadge state={state} />
      </div>
      <ul className={clsx("flex flex-col gap-0.5", isIdle && "text-ink-3")}>
        {conditionWords(conditions).map((sentence, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sentences of one delegation, told by their place
          <li key={place} className="break-words">
            {place > 0 && <span className="text-ink-3">and </span>}
            <Words sentence={sentence} goesOn={place > 0} />
          </li>
        ))}
      </ul>
      <div className="flex flex-col gap-0.5 text-xs text-ink-3">
        {dates && (
          <p className="num flex items-center gap-1.5">
            <CalendarClock size={13} aria-hidden className="shrink-0" /> {dates}
          </p>
        )}
        <p className="flex items-center gap-1.5">
          <CornerDownRight size={13} aria-hidden className="shrink-0" />
          {delegate === "you"
            ? cascade
              ? "Your own delegations may pass it on."
              : "It stops at you, whatever you have delegated."
            : cascadeWords(cascade, delegate)}
        </p>
        {note && <p className="text-ink-2">“{note}”</p>}
      </div>
      {remove && (
        <IconButton
          label={`Delete the delegation from ${owner} to ${delegate}`}
          onClick={remove}
          className="absolute! top-3 right-3 text-ink-3! hover:text-bad!"
        >
          <Trash2 size={14} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

function StateBadge({ state }: { state: DelegationEntry["state"] }) {
  if (state === "in_force") {
    return (
      <Badge tone="good" icon={<CircleCheck size={12} aria-hidden />}>
        In force
      </Badge>
    );
  }
  if (state === "scheduled") {
    return (
      <Badge tone="accent" icon={<CalendarClock size={12} aria-hidden />}>
        Begins later
      </Badge>
    );
  }
  return <Badge icon={<CircleSlash size={12} aria-hidden />}>{state === "off" ? "Off" : "Ended"}</Badge>;
}
