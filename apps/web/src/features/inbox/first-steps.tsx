import { CircleCheck, CircleDashed, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "#components/link.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { toastProblem } from "#components/ui/toast.ts";
import { type KeyId, useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { useSetPreferences } from "#lib/preferences.ts";

const SimulatedStep = onDemand(() =>
  import("../agents/simulated-step.tsx").then((file) => file.SimulatedStep),
);

const STORED = "ade.first_steps";
type Step = "open" | "decide" | "undo" | "keys";
const NONE: ReadonlySet<Step> = new Set();

function ticked(): ReadonlySet<Step> {
  return new Set((localStorage.getItem(STORED) ?? "").split(" ").filter(Boolean) as Step[]);
}

/** What was really done: a key that was pressed in vain ticks nothing. */
type Props = { hasOpened: boolean; hasDecided: boolean; hasUndone: boolean };

/** A short way through the queue for whoever is here for the first time; put away for good with one click. */
export function FirstSteps({ hasOpened, hasDecided, hasUndone }: Props) {
  const setPreferences = useSetPreferences();
  const [done, setDone] = useState<ReadonlySet<Step>>(NONE);
  useEffect(() => setDone(ticked()), []);
  const tick = (step: Step) =>
    setDone((before) => {
      if (before.has(step)) return before;
      const next = new Set(before).add(step);
      localStorage.setItem(STORED, [...next].join(" "));
      return next;
    });
  useEffect(() => {
    if (hasOpened) tick("open");
    if (hasDecided) tick("decide");
    if (hasUndone) tick("undo");
  });
  // The sheet of keys opens for everybody, always; it is asked after this, and opens it.
  useKeys({
    help: () => {
      tick("keys");
      return false;
    },
  });
  const steps: readonly { step: Step; text: string; key: KeyId }[] = [
    { step: "open", text: "Open what waits", key: "open" },
    { step: "decide", text: "Approve it", key: "approve" },
    { step: "undo", text: "Take it back", key: "undo" },
    { step: "keys", text: "See all keys", key: "help" },
  ];
  return (
    <aside
      aria-label="First steps"
      className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-5 gap-y-1 border-t border-accent-line bg-accent-soft px-4 py-1 max-sm:hidden"
    >
      <strong className="font-semibold">First steps</strong>
      <ol className="flex min-w-0 flex-1 flex-wrap items-center gap-x-5 gap-y-1">
        {steps.map(({ step, text, key }) => (
          <li
            key={step}
            className={done.has(step) ? "flex items-center gap-1.5 text-ink-3" : "flex items-center gap-1.5"}
          >
            {done.has(step) ? (
              <CircleCheck size={14} role="img" aria-label="Done" className="text-good" />
            ) : (
              <CircleDashed size={14} role="img" aria-label="To do" className="text-accent" />
            )}
            {text} {!done.has(step) && <KeyOf of={key} className="border-accent-line! text-accent!" />}
          </li>
        ))}
        <li>
          <Link href="/tasks/new" className="link">
            Propose a change yourself
          </Link>
        </li>
        <SimulatedStep />
      </ol>
      <IconButton
        label="Put the first steps away"
        size="small"
        acts
        onClick={() =>
          void setPreferences({ first_steps: false }).catch((error: unknown) =>
            toastProblem("They could not be put away", error),
          )
        }
      >
        <X size={14} aria-hidden />
      </IconButton>
    </aside>
  );
}
