import clsx from "clsx";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTicking } from "#lib/server-time.ts";
import { Button, IconButton } from "./button.tsx";
import { KeyOf } from "./kbd.tsx";
import { dismiss, type Shown } from "./toast.ts";

export function ToastCard({ id, text, detail, tone = "good", action, seconds = 5 }: Shown) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(id), seconds * 1000);
    return () => clearTimeout(timer);
  }, [id, seconds]);
  const Icon = tone === "good" ? CircleCheck : CircleAlert;
  return (
    <li className="rise pointer-events-auto relative flex items-center gap-2.5 overflow-hidden rounded-lg bg-raised py-2 pr-2 pl-3 shadow-raised">
      <Icon size={16} aria-hidden className={clsx("shrink-0", tone === "good" ? "text-good" : "text-bad")} />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{text}</p>
        {detail && <p className="text-xs text-ink-2">{detail}</p>}
      </div>
      {action && (
        <Button
          size="small"
          onClick={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.label} {action.key && <KeyOf of={action.key} />}
          <Countdown seconds={seconds} />
        </Button>
      )}
      <IconButton label="Dismiss" size="small" onClick={() => dismiss(id)}>
        <X size={14} aria-hidden />
      </IconButton>
    </li>
  );
}

/** The seconds that are left, as a ring that empties and a number; not read out at each tick. */
function Countdown({ seconds }: { seconds: number }) {
  const [untilMs] = useState(() => Date.now() + seconds * 1000);
  const left = useTicking(() => Math.max(0, Math.ceil((untilMs - Date.now()) / 1000)));
  return (
    <span aria-hidden className="relative grid size-5 place-items-center">
      <svg aria-hidden viewBox="0 0 20 20" className="absolute inset-0 -rotate-90 text-accent">
        <circle cx="10" cy="10" r="8.5" fill="none" stroke="var(--line)" strokeWidth="1.5" />
        <circle
          cx="10"
          cy="10"
          r="8.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          pathLength={seconds}
          strokeDasharray={`${left} ${seconds}`}
          className="transition-[stroke-dasharray] duration-1000 ease-linear"
        />
      </svg>
      <span className="num text-2xs text-ink-2">{left}</span>
    </span>
  );
}
