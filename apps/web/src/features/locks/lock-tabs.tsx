import clsx from "clsx";
import { TriangleAlert } from "lucide-react";

export const TABS = [
  { id: "held", name: "Held" },
  { id: "waits", name: "Waiting" },
  { id: "deadlocks", name: "Deadlocks" },
] as const;
type LockTab = (typeof TABS)[number]["id"];

type Props = {
  current: LockTab;
  counts: { [Tab in LockTab]?: number | undefined };
  /** Somebody waits in a circle right now. */
  isAlarming: boolean;
  onChoose: (tab: LockTab) => void;
};

export function LockTabs({ current, counts, isAlarming, onChoose }: Props) {
  return (
    <fieldset
      aria-label="Views"
      className="flex gap-0.5 overflow-x-auto max-md:order-last max-md:-mx-4 max-md:w-screen max-md:px-3 max-md:pb-1"
    >
      {TABS.map(({ id, name }) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === current}
          onClick={() => onChoose(id)}
          className={clsx(
            "flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2.5 font-medium -outline-offset-2! max-md:h-9",
            id === current ? "bg-hover text-ink" : "text-ink-2 hover:text-ink",
          )}
        >
          {id === "waits" && isAlarming && (
            <TriangleAlert size={13} role="img" aria-label="A deadlock right now:" className="text-bad" />
          )}
          {name}
          {id !== "deadlocks" && (
            <span className={clsx("num min-w-[1ch] text-xs", id === current ? "text-accent" : "text-ink-3")}>
              {counts[id]?.toLocaleString("en") ?? " "}
            </span>
          )}
        </button>
      ))}
    </fieldset>
  );
}
