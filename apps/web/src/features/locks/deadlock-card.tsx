import type { DeadlockEntry, DeadlockMember } from "@ade/core/locks/schema";
import clsx from "clsx";
import { Undo2 } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Ago, Moment } from "#components/ui/time.tsx";
import { CycleRing, letterOf } from "./cycle-ring.tsx";
import { readable } from "./explanation.ts";
import { PartyInline } from "./lock-parts.tsx";
import type { Names } from "./use-names.ts";

const STRATEGY_TEXT: Record<DeadlockEntry["resolution"]["strategy"], string> = {
  abort_youngest: "the youngest gives way",
  abort_shortest: "who holds the fewest locks gives way",
  abort_lowest_priority: "the lowest priority gives way",
};

type Props = {
  deadlock: DeadlockEntry;
  names: Names;
  onOpen?: (key: string) => void;
  /** Without what each of them held, and with the way to all of them. */
  isBrief?: boolean;
};

/** One deadlock: the circle drawn small and told in words, who had to give way and why. */
export function DeadlockCard({ deadlock, names, onOpen, isBrief }: Props) {
  const { cycle, resolution, detected_at, found_by, explanation } = deadlock;
  const isVictim = ({ agent_id, owner_id }: DeadlockMember) =>
    agent_id === resolution.victim_agent_id && owner_id === resolution.victim_owner_id;
  const victimAt = cycle.findIndex(isVictim);
  const released = resolution.released_locks.length;
  return (
    <article
      aria-label={`Deadlock of ${cycle.length} owners`}
      className={clsx("flex items-start gap-x-5 gap-y-3", !isBrief && "flex-wrap")}
    >
      <div className={clsx(isBrief && "max-sm:hidden")}>
        <CycleRing size={cycle.length} victimAt={victimAt} isSmall={isBrief === true} />
      </div>
      <div className={clsx("min-w-0 flex-1", !isBrief && "basis-72")}>
        <div className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
          <h2 className="text-sm font-semibold" data-row tabIndex={isBrief ? undefined : -1}>
            <span className="num">{cycle.length}</span> owners waited for each other
          </h2>
          <span className="text-xs text-ink-3">
            <Ago at={detected_at} /> · <Moment at={detected_at} /> ·{" "}
            {found_by === "enqueue" ? "found as the circle closed" : "found by the scan"}
          </span>
        </div>
        <p className={clsx("max-w-prose break-words", isBrief ? "mt-0.5 text-xs" : "mt-1.5")}>
          {readable(explanation, names.nameOf)}
        </p>
        {!isBrief && (
          <ol className="mt-3 flex flex-col divide-y divide-line border-y border-line">
            {cycle.map((member, at) => (
              <Member
                key={`${member.agent_id} ${member.owner_id}`}
                member={member}
                letter={letterOf(at)}
                isVictim={at === victimAt}
                names={names}
                {...(onOpen && { onOpen })}
              />
            ))}
          </ol>
        )}
        <p className="num mt-2 text-xs text-ink-3">
          {released === 1 ? "1 lock was released" : `${released} locks were released`} · rule:{" "}
          {STRATEGY_TEXT[resolution.strategy]}
          {isBrief && (
            <>
              {" · "}
              <Link href="/locks?tab=deadlocks" className="link">
                all deadlocks
              </Link>
            </>
          )}
        </p>
      </div>
    </article>
  );
}

type MemberProps = {
  member: DeadlockMember;
  letter: string;
  isVictim: boolean;
  names: Names;
  onOpen?: (key: string) => void;
};

function Member({ member, letter, isVictim, names, onOpen }: MemberProps) {
  return (
    <li className="flex gap-3 py-1.5 text-xs">
      <span className={clsx("w-4 shrink-0 font-semibold", isVictim ? "text-bad" : "text-ink-2")}>
        {letter}
      </span>
      <div className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="text-sm font-medium">
            <PartyInline party={member} names={names} />
          </span>
          {isVictim && (
            <Badge tone="bad" icon={<Undo2 size={11} aria-hidden />}>
              victim
            </Badge>
          )}
        </span>
        <span className="block text-ink-2">
          {member.holds_lock ? "held" : "stood in front for"} <Key name={member.holds_key} onOpen={onOpen} />{" "}
          and waited for <Key name={member.waits_for_key} onOpen={onOpen} />
        </span>
        <span className="num block text-ink-3">
          {member.locks_held === 1 ? "1 lock" : `${member.locks_held} locks`}
          {member.oldest_lock_at && (
            <>
              , the oldest since <Moment at={member.oldest_lock_at} />
            </>
          )}{" "}
          · priority {member.priority}
        </span>
      </div>
    </li>
  );
}

function Key({ name, onOpen }: { name: string; onOpen: ((key: string) => void) | undefined }) {
  const text = name.slice(name.indexOf(":") + 1);
  if (!onOpen) return <code className="break-all">{text}</code>;
  return (
    <button type="button" onClick={() => onOpen(name)} className="link text-left font-mono break-all">
      {text}
    </button>
  );
}
