import type { InboxSection } from "@ade/core/views/schema";
import { Button } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { type KeyId, useKeyOf } from "#lib/keys.ts";
import type { Act } from "./use-inbox-keys.ts";

/** Names of the columns, over the rows they belong to. */
export function InboxHead({ section }: { section: InboxSection }) {
  return (
    <div
      aria-hidden
      className="caption flex h-7 shrink-0 items-center gap-3 border-b border-line bg-surface px-4"
    >
      <span className="w-5 max-sm:hidden" />
      <span className="w-13 @2xl:w-25">Risk</span>
      <span className="w-9 text-right">Age</span>
      <span className="flex-1">Change</span>
      <span className="hidden w-56 @4xl:block">Target</span>
      <span className="hidden w-32 @2xl:block">Author</span>
      <span className="w-11 text-right" title="Approvals given, of those needed">
        Given
      </span>
      <span className="w-20 text-right">
        {section === "decided" || section === "returned" ? "State" : section === "snoozed" ? "Back" : "Time"}
      </span>
    </div>
  );
}

const HINTS = [
  ["next", "next"],
  ["open", "open"],
  ["approve", "approve"],
  ["reject", "reject"],
  ["request_changes", "changes"],
  ["delegate", "delegate"],
  ["snooze", "snooze"],
  ["select", "select"],
] as const;

type FootProps = {
  shown: number;
  total: number | undefined;
  selected: number;
  act: (what: Act) => void;
};

/** A command's key and what it does; nothing where the key is off. */
function Hint({ of, word }: { of: KeyId; word: string }) {
  return useKeyOf(of) ? (
    <span className="flex shrink-0 items-center gap-1">
      <KeyOf of={of} /> {word}
    </span>
  ) : null;
}

/** The exact total, and the keys; with a selection, what can be done to it. */
export function InboxFoot({ shown, total, selected, act }: FootProps) {
  return (
    <footer className="flex h-8 shrink-0 items-center gap-4 border-t border-line bg-surface px-4 text-xs text-ink-3 max-sm:hidden">
      {selected > 0 ? (
        <>
          <span className="num font-medium text-ink">{selected} selected</span>
          <Button size="small" acts onClick={() => act("approve")}>
            Approve… <KeyOf of="approve" />
          </Button>
          <Button size="small" acts onClick={() => act("reject")}>
            Reject… <KeyOf of="reject" />
          </Button>
        </>
      ) : (
        // What finds no room is left out whole.
        <span className="flex h-5 flex-wrap items-center gap-x-3 gap-y-2 overflow-hidden">
          {HINTS.map(([command, word]) => (
            <Hint key={command} of={command} word={word} />
          ))}
        </span>
      )}
      <span className="num ml-auto shrink-0">
        {total === undefined ? "" : shown < total ? `${shown} of ${total} loaded` : `${total} in all`}
      </span>
    </footer>
  );
}
