import { Bot, KeyRound, ListChecks, SearchX, Send } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { PageState } from "#components/ui/states.tsx";
import { CardSkeleton } from "./agent-card.tsx";

type Props = { isFiltered: boolean; clear: () => void; mayCreate: boolean };

const LESSONS = [
  {
    icon: KeyRound,
    title: "It is somebody",
    text: "A name, a key of its own and a person who answers for it. Never a person's account.",
  },
  {
    icon: Send,
    title: "It proposes",
    text: "By ACP, MCP, HTTP or as a worker. Policies and people decide; an agent can never approve.",
  },
  {
    icon: ListChecks,
    title: "You set how far it goes",
    text: "Tools, resources, task types and limits. Before it is made, one sentence says what it may do alone.",
  },
] as const;

/** No agents: because of the filters, or because there are none yet, which is the time to say what they are. */
export function AgentsEmpty({ isFiltered, clear, mayCreate }: Props) {
  if (isFiltered) {
    return (
      <PageState
        icon={SearchX}
        title="No agent fits"
        action={<Button onClick={clear}>Clear search and filters</Button>}
      >
        The search looks at names and descriptions.
      </PageState>
    );
  }
  return (
    <div className="rise mx-auto flex max-w-3xl flex-col items-center gap-5 px-4 py-14 text-center">
      <span className="grid size-11 place-items-center rounded-lg border border-line bg-surface text-accent">
        <Bot size={20} aria-hidden />
      </span>
      <div>
        <h2 className="text-lg font-semibold">No agents yet</h2>
        <p className="text-ink-2">An agent is a program that works here under your rules.</p>
      </div>
      <ul className="grid w-full gap-3 text-left sm:grid-cols-3">
        {LESSONS.map(({ icon: Icon, title, text }) => (
          <li key={title} className="card p-3.5">
            <Icon size={16} aria-hidden className="mb-2 text-accent" />
            <h3 className="font-semibold">{title}</h3>
            <p className="text-ink-2">{text}</p>
          </li>
        ))}
      </ul>
      {mayCreate ? (
        <Link href="/agents/new" className={buttonClass("primary", "large")}>
          Make the first agent
        </Link>
      ) : (
        <p className="text-ink-3">An admin can make one.</p>
      )}
    </div>
  );
}

/** Cards that breathe while the agents are on their way. */
export function AgentsSkeleton({ isFull }: { isFull: boolean }) {
  return (
    <div
      role="status"
      aria-label="Loading"
      className={
        isFull ? "grid grid-cols-[repeat(auto-fill,minmax(min(18rem,100%),1fr))] gap-3 p-4" : "card m-4"
      }
    >
      {Array.from({ length: 8 }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards without content, always the same
        <div key={place} className={isFull ? "h-60" : "h-14"}>
          <CardSkeleton isFull={isFull} />
        </div>
      ))}
    </div>
  );
}
