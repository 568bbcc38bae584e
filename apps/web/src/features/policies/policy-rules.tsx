import type { PolicyNote } from "@ade/core/policies/schema";
import clsx from "clsx";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Command } from "#lib/use-command.ts";
import type { PolicyDraft } from "./policy-draft.ts";

/** What every part of the form is given. */
export type PolicyPart = {
  draft: PolicyDraft;
  change: (change: Partial<PolicyDraft>) => void;
  command: Pick<Command, "issueOf" | "issueAt">;
  readOnly: boolean;
  /** What the draft does that may not be meant. */
  notes: readonly PolicyNote[];
};

/** A part of the form, with what is to be known of its fields. */
export function RuleGroup({
  title,
  note,
  notes,
  children,
}: {
  title: string;
  note: string;
  notes: readonly PolicyNote[];
  children: ReactNode;
}) {
  return (
    <fieldset className="flex flex-col gap-3 border-t border-line pt-4">
      <legend className="float-left mb-1 w-full text-sm font-semibold">
        {title}
        <span className="block text-xs font-normal text-ink-3">{note}</span>
      </legend>
      {children}
      <div aria-live="polite" className="flex flex-col gap-1.5 empty:hidden">
        {notes.map((each) => (
          <NoteLine key={each.field + each.text} note={each} />
        ))}
      </div>
    </fieldset>
  );
}

const TONES = {
  bad: { look: "border-bad-line bg-bad-soft text-bad", Icon: CircleAlert },
  warn: { look: "border-warn-line bg-warn-soft text-warn", Icon: TriangleAlert },
  info: { look: "border-line bg-sunken text-ink-2", Icon: Info },
};

function NoteLine({ note: { tone, text } }: { note: PolicyNote }) {
  const { look, Icon } = TONES[tone];
  return (
    <p className={clsx("flex gap-2 rounded-md border px-2.5 py-1.5 text-xs", look)}>
      <Icon size={14} aria-hidden className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">{text}</span>
    </p>
  );
}
