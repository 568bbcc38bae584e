import clsx from "clsx";
import { Bot, User } from "lucide-react";

/** Who did it; the sign tells people from agents. */
export function Who({ name, kind, className }: { name: string; kind: string; className?: string }) {
  const Icon = kind === "agent" ? Bot : User;
  return (
    <span className={clsx("inline-flex min-w-0 items-center gap-1.5 align-middle", className)}>
      <Icon
        size={13}
        role="img"
        aria-label={kind === "agent" ? "Agent" : "Person"}
        className="shrink-0 text-ink-3"
      />
      <span className="truncate">{name}</span>
    </span>
  );
}
