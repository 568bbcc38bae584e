import type { SealedEntry } from "../ledger/service.ts";
import type { NotificationKind } from "./schema.ts";
import type { Subject } from "./subject.ts";

/** Something that one person should know of one entry. */
export type Telling = {
  readonly user_id: string;
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly href: string;
  readonly task_id: string | null;
};

export type TellFacts = {
  /** The task that the entry is about, as it is now; null where there is none. */
  readonly subject: Subject | null;
  /** Active admins. */
  readonly admins: readonly string[];
};

type Message = Omit<Telling, "user_id" | "task_id" | "href"> & { readonly href?: string };
type About = { entry: SealedEntry; subject: Subject; facts: TellFacts };
type Rule = (about: About) => Telling[];

const ANSWERS: Record<string, string> = {
  approve: "approved",
  reject: "rejected",
  request_changes: "asked for changes",
};

/** Which entries tell whom what. What is not here tells nobody. */
const RULES: Record<string, Rule> = {
  "approval.requested": ({ entry, subject }) => {
    const { how, stands_for, override_id } = entry.detail;
    // Handed on, escalated or reassigned: a fact of its own tells that, and from whom.
    if (
      how !== undefined ||
      override_id !== undefined ||
      (Array.isArray(stands_for) && stands_for.includes(entry.actor_id))
    )
      return [];
    return to(subject, [entry.detail.reviewer_id], {
      kind: "asked",
      title: `Review: ${subject.title}`,
      body: `${subject.author_name} proposes it.${riskText(subject)}`,
    });
  },
  "approval.delegated": ({ entry, subject }) =>
    to(subject, [entry.detail.delegated_to], {
      kind: "delegated",
      title: `${entry.actor_name} handed on to you: ${subject.title}`,
      body: entry.reason ?? `${subject.author_name} proposes it.${riskText(subject)}`,
    }),
  "approval.reminded": ({ entry, subject }) =>
    to(subject, [entry.detail.reviewer_id], {
      kind: "reminded",
      title: `Still waits for you: ${subject.title}`,
      body: `${subject.author_name} proposed it, and your answer is due soon.${riskText(subject)}`,
    }),
  "approval.escalated": escalated,
  "approval.reassigned": ({ entry, subject }) => {
    const from = String(entry.detail.reviewer_name ?? "a colleague");
    return to(subject, [entry.detail.delegated_to], {
      kind: "delegated",
      title: `Handed on to you: ${subject.title}`,
      body: `You are asked in place of ${from}, who reviews no longer.${riskText(subject)}`,
    });
  },
  "approval.unanswerable": ({ entry, subject, facts }) =>
    to(subject, [subject.owner_id, ...facts.admins], {
      kind: "attention",
      title: `Nobody can answer: ${subject.title}`,
      body: entry.reason ?? "Everybody who could approve it has left or made the change.",
    }),
  "delegation.fell_back": ({ entry, subject }) =>
    to(subject, [entry.entity_id], {
      kind: "delegated",
      title: `Your delegation led nowhere: ${subject.title}`,
      body: entry.reason ?? "You are asked yourself.",
    }),
  "approval.responded": answered,
  "approval.changed": answered,
  "approval.withdrawn": ({ entry, subject }) =>
    to(subject, [subject.owner_id], {
      kind: "answered",
      title: `${entry.actor_name} took their answer back: ${subject.title}`,
      body: "Your task waits for their answer again.",
    }),
  "task.approved": ({ subject }) => approved(subject, "Everybody who was needed has agreed."),
  "task.auto_approved": ({ entry, subject }) => approved(subject, entry.reason ?? "No review is needed."),
  "task.rejected": ({ entry, subject }) =>
    to(subject, [subject.owner_id], {
      kind: "rejected",
      title: `Rejected: ${subject.title}`,
      body: entry.reason ?? "It will not be applied.",
    }),
  "task.changes_requested": ({ entry, subject }) => returned(subject, entry.reason),
  "task.sent_back": ({ entry, subject }) => returned(subject, entry.reason),
  "task.cancelled": ({ entry, subject }) =>
    to(subject, [subject.owner_id], {
      kind: "returned",
      title: `Cancelled by ${entry.actor_name}: ${subject.title}`,
      body: entry.reason ?? "It will not be applied.",
    }),
  "task.drifted": ({ subject }) =>
    to(subject, [subject.owner_id], {
      kind: "drifted",
      title: `Needs review again: ${subject.title}`,
      body: "What it would change is no longer what was approved, so it was planned anew.",
    }),
  "task.completed": completed,
  "task.apply_retried": ({ entry, subject, facts }) =>
    entry.detail.quarantined === true
      ? to(subject, [subject.owner_id, ...facts.admins], {
          kind: "attention",
          title: `Held back: ${subject.title}`,
          body: `It is not applied again until an admin looks at it: ${entry.reason ?? "its worker was lost"}.`,
        })
      : [],
  "task.commented": ({ entry, subject }) =>
    to(subject, [subject.owner_id, ...subject.asked.map(({ reviewer_id }) => reviewer_id)], {
      kind: "commented",
      title: `${entry.actor_name} commented: ${subject.title}`,
      body: "",
    }),
  "lock.deadlock_detected": ({ entry, subject }) =>
    to(subject, [subject.owner_id], {
      kind: "deadlock",
      title: `Gave way in a deadlock: ${subject.title}`,
      body: `${String(entry.detail.explanation ?? "")} It is tried again by itself.`.trim(),
    }),
  "task.override_requested": ({ entry, subject, facts }) =>
    overridden(entry, subject, facts, "asks to override"),
  "task.override_confirmed": ({ entry, subject, facts }) =>
    overridden(entry, subject, facts, "confirmed the override"),
  "task.override_refused": ({ entry, subject, facts }) =>
    overridden(entry, subject, facts, "refused the override"),
};

/**
 * Who is told what about one sealed entry. Pure: it reads the entry and the facts given, nobody is told what they did
 * themselves, and nobody the same thing twice.
 */
export function tellingsOf(entry: SealedEntry, facts: TellFacts): Telling[] {
  const found =
    entry.action === "webhook.failed"
      ? attention(entry, facts)
      : facts.subject
        ? (RULES[entry.action]?.({ entry, subject: facts.subject, facts }) ?? [])
        : [];
  const told = new Set<string>([entry.actor_id]);
  return found.filter(({ user_id, kind }) => {
    const key = `${user_id} ${kind}`;
    if (user_id === entry.actor_id || told.has(key)) return false;
    told.add(key);
    return true;
  });
}

/** A deadlock tells the task that gave way; its id stands in the entry, not in `task_id`. */
export function taskIdOf(entry: SealedEntry): string | null {
  if (entry.action !== "lock.deadlock_detected") return entry.task_id;
  const { resolution } = entry.detail as { resolution?: { victim_owner_id?: string } };
  return /^task:([0-9a-f-]{36})/.exec(resolution?.victim_owner_id ?? "")?.[1] ?? null;
}

function escalated({ entry, subject }: About): Telling[] {
  const { reviewer_id, reviewer_name } = entry.detail;
  const next = people(entry.detail.to);
  const names = next.map(({ name }) => name).join(", ");
  const late = `${String(reviewer_name ?? "A reviewer")} did not answer in time.`;
  return [
    ...to(
      subject,
      next.map(({ id }) => id),
      {
        kind: "escalated",
        title: `Escalated to you: ${subject.title}`,
        body: `${late}${riskText(subject)}`,
      },
    ),
    ...to(subject, [reviewer_id], {
      kind: "escalated",
      title: `Overdue, now also with ${names || "the on-call"}: ${subject.title}`,
      body: "You can still answer.",
    }),
    ...to(
      subject,
      people(entry.detail.on_call)
        .map(({ id }) => id)
        .filter((id) => !next.some((person) => person.id === id)),
      {
        kind: "escalated",
        title: `On call: overdue is ${subject.title}`,
        body: `${late} ${names ? `${names} was asked.` : "Nobody else could be asked."}`,
      },
    ),
  ];
}

function answered({ entry, subject }: About): Telling[] {
  if (entry.detail.override_id !== undefined) return [];
  const response = String(entry.detail.response);
  const verb = ANSWERS[response] ?? "answered";
  const wasAnother = entry.from_state !== null && !["PENDING", entry.to_state].includes(entry.from_state);
  const others = subject.asked.flatMap(({ reviewer_id, responded }) => (responded ? [reviewer_id] : []));
  const body = entry.reason ?? "";
  const changed: Message = {
    kind: "changed_mind",
    title: `${entry.actor_name} changed their mind: ${subject.title}`,
    body: `They now ${verb.replace("approved", "approve").replace("rejected", "reject").replace("asked", "ask")}.${body ? ` ${body}` : ""}`,
  };
  // What is asked for comes with the return of the task.
  const tellsOwner = response === "approve" || response === "reject";
  return [
    ...(wasAnother ? to(subject, others, changed) : []),
    ...(tellsOwner
      ? to(subject, [subject.owner_id], {
          kind: "answered",
          title: `${entry.actor_name} ${verb}: ${subject.title}`,
          body,
        })
      : []),
  ];
}

function approved(subject: Subject, body: string): Telling[] {
  return to(subject, [subject.owner_id], { kind: "approved", title: `Approved: ${subject.title}`, body });
}

function returned(subject: Subject, reason: string | null): Telling[] {
  return to(subject, [subject.owner_id], {
    kind: "returned",
    title: `Back to you: ${subject.title}`,
    body: reason ?? "Look at what has to change.",
  });
}

function completed({ entry, subject }: About): Telling[] {
  const { result } = entry.detail;
  if (result === "success") {
    return to(subject, [subject.owner_id], { kind: "applied", title: `Applied: ${subject.title}`, body: "" });
  }
  const words: Record<string, string> = {
    failure: "Failed",
    timeout: "Ran out of time",
    cancelled: "Stopped",
    unknown: "Nobody can tell how it ended",
  };
  return to(subject, [subject.owner_id], {
    kind: "failed",
    title: `${words[String(result)] ?? "Failed"}: ${subject.title}`,
    // An executor's error may quote what it touched; the page shows it to those who may read it.
    body: "The task's page shows what happened.",
  });
}

function overridden(entry: SealedEntry, subject: Subject, facts: TellFacts, verb: string): Telling[] {
  return to(subject, [...facts.admins, subject.owner_id], {
    kind: "override",
    title: `${entry.actor_name} ${verb}: ${subject.title}`,
    body: entry.reason ?? "",
  });
}

function attention(entry: SealedEntry, facts: TellFacts): Telling[] {
  return facts.admins.map((user_id) => ({
    user_id,
    kind: "attention",
    title: `A webhook gave up: ${String(entry.detail.name)}`,
    body: entry.reason ?? "",
    href: "/admin?tab=webhooks",
    task_id: null,
  }));
}

function to(subject: Subject, ids: readonly unknown[], { href, ...message }: Message): Telling[] {
  const users = ids.filter((id): id is string => typeof id === "string");
  return users.map((user_id) => ({
    ...message,
    user_id,
    href: href ?? `/tasks/${subject.id}`,
    task_id: subject.id,
  }));
}

function riskText({ risk_level, risk_score }: Subject): string {
  return risk_level === null ? "" : ` Risk ${risk_level} (${risk_score}).`;
}

function people(value: unknown): { id: string; name: string }[] {
  return Array.isArray(value) ? (value as { id: string; name: string }[]) : [];
}
