import clsx from "clsx";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useEffect } from "react";
import { Button, IconButton } from "./button.tsx";
import { Kbd } from "./kbd.tsx";
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
          {action.label} {action.keys && <Kbd keys={action.keys} />}
        </Button>
      )}
      <IconButton label="Dismiss" size="small" onClick={() => dismiss(id)}>
        <X size={14} aria-hidden />
      </IconButton>
    </li>
  );
}
