import clsx from "clsx";
import { Bot, User } from "lucide-react";
import { Link } from "./link.tsx";

type Props = {
  name: string;
  kind: string;
  /** Given, the name of an agent leads to its page. */
  id?: string | undefined;
  className?: string;
};

/** Who did it; the sign tells people from agents. */
export function Who({ name, kind, id, className }: Props) {
  const isAgent = kind === "agent";
  const Icon = isAgent ? Bot : User;
  return (
    <span className={clsx("inline-flex min-w-0 items-center gap-1.5 align-middle", className)}>
      <Icon size={13} role="img" aria-label={isAgent ? "Agent" : "Person"} className="shrink-0 text-ink-3" />
      {isAgent && id ? (
        <Link href={`/agents/${id}`} className="link truncate">
          {name}
        </Link>
      ) : (
        <span className="truncate">{name}</span>
      )}
    </span>
  );
}
