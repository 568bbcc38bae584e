import type { PolicyEntry } from "@ade/core/policies/schema";
import clsx from "clsx";
import { CircleCheck, CircleSlash, Trash2 } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";
import { demandWords, matchWords, type Sentence } from "./policy-words.ts";

type Props = {
  policy: PolicyEntry;
  nameOf: (id: string) => string;
  open: () => void;
  remove: (() => void) | undefined;
};

/** One policy: when it applies on the left, what it demands on the right. */
export function PolicyItem({ policy, nameOf, open, remove }: Props) {
  return (
    <li
      className={clsx(
        "card relative grid gap-x-6 gap-y-3 p-4 transition-colors duration-(--quick) hover:border-line-strong hover:shadow-control",
        "@3xl:grid-cols-[minmax(0,15rem)_minmax(0,1fr)_minmax(0,1fr)]",
      )}
    >
      <div className="flex min-w-0 flex-col items-start gap-1.5 pr-8 @3xl:pr-0">
        <h2 className="text-base leading-snug font-semibold">
          <button
            type="button"
            data-row
            aria-haspopup="dialog"
            onClick={open}
            className="text-left break-words after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none! focus-visible:after:outline-2 focus-visible:after:outline-accent"
          >
            {policy.name}
          </button>
        </h2>
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-ink-3">
          {policy.active ? (
            <Badge tone="good" icon={<CircleCheck size={12} aria-hidden />}>
              Active
            </Badge>
          ) : (
            <Badge icon={<CircleSlash size={12} aria-hidden />}>Off</Badge>
          )}
          <span className="num">version {policy.version}</span>
          <span>
            changed <Ago at={policy.updated_at} />
          </span>
        </span>
      </div>
      <Column title="Applies when" joint="and " sentences={matchWords(policy)} isOff={!policy.active} />
      <Column
        title="Asks for"
        sentences={demandWords(policy, nameOf)}
        isOff={!policy.active}
        className="@3xl:pr-9"
      />
      {remove && (
        <IconButton
          label={`Delete ${policy.name}`}
          onClick={remove}
          className="absolute! top-3 right-3 text-ink-3! hover:text-bad!"
        >
          <Trash2 size={14} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

type ColumnProps = {
  title: string;
  joint?: string;
  sentences: readonly Sentence[];
  isOff: boolean;
  className?: string;
};

function Column({ title, joint, sentences, isOff, className }: ColumnProps) {
  return (
    <div className={clsx("min-w-0", isOff && "text-ink-3", className)}>
      <h3 className="caption mb-0.5">{title}</h3>
      <ul className="flex flex-col gap-0.5">
        {sentences.map((sentence, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sentences of one policy, told by their place
          <li key={place} className="break-words">
            {place > 0 && joint && <span className="text-ink-3">{joint}</span>}
            <Words sentence={sentence} goesOn={place > 0 && joint !== undefined} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Patterns stand out; a sentence that goes on after "and" starts small. */
function Words({ sentence, goesOn }: { sentence: Sentence; goesOn: boolean }) {
  return sentence.map((piece, place) => {
    if (typeof piece !== "string") {
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one sentence, told by their place
        <code key={place} className="rounded-sm bg-sunken inline-block max-w-full px-1 wrap-anywhere">
          {piece.code}
        </code>
      );
    }
    return place === 0 && goesOn ? piece.charAt(0).toLowerCase() + piece.slice(1) : piece;
  });
}
