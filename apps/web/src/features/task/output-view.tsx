import { ArrowDownToLine, ChevronDown, ChevronUp, Copy, Download, Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { toast } from "#components/ui/toast.ts";
import { findAll, type Stream } from "./output-stream.ts";
import { useOutput } from "./use-output.ts";

/** More marks help nobody, and cost the browser. */
const MAX_MATCHES = 1000;
/** So near its end it counts as at the end. */
const END_PX = 24;

type Props = { taskId: string; attempt: { id: string; number: number; ended_at: string | null } };

/** What an attempt printed, as it comes: with search, the end kept in view, copy and download. */
export function OutputView({ taskId, attempt }: Props) {
  const { stream, isRead, error, retry } = useOutput(taskId, attempt.id, attempt.ended_at === null);
  if (!isRead) {
    if (error) return <ProblemState error={error} what="The output" retry={retry} />;
    return <div role="status" aria-label="Loading" className="skeleton h-24" />;
  }
  return (
    <>
      {!stream.ended && <Progress progress={stream.progress} />}
      {stream.text === "" ? (
        <p className="text-ink-3">{stream.ended ? "It printed nothing." : "Nothing printed yet."}</p>
      ) : (
        <Screen stream={stream} name={`task-${taskId}-attempt-${attempt.number}.txt`} />
      )}
    </>
  );
}

/** How far it is, as its executor says; told politely, since it moves on by itself. */
function Progress({ progress }: { progress: Stream["progress"] }) {
  const percent = progress?.percent;
  return (
    <div className="flex flex-col gap-1.5">
      <p role="status" className="flex items-baseline gap-2 text-xs text-ink-2">
        <span className="min-w-0 truncate">{progress?.message || "Running"}</span>
        {percent !== undefined && <span className="num ml-auto shrink-0">{Math.round(percent)} %</span>}
      </p>
      <div className="h-1 overflow-hidden rounded-full bg-line" aria-hidden>
        <div
          className={
            percent === undefined
              ? "h-full w-1/4 rounded-full bg-accent motion-safe:animate-pulse"
              : "h-full rounded-full bg-accent transition-[width] duration-300"
          }
          {...(percent !== undefined && { style: { width: `${Math.min(100, Math.max(0, percent))}%` } })}
        />
      </div>
    </div>
  );
}

function Screen({ stream, name }: { stream: Stream; name: string }) {
  const { text, ended } = stream;
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState(0);
  const [follows, setFollows] = useState(!ended);
  const box = useRef<HTMLElement>(null);
  const searchId = useId();
  const places = useMemo(() => findAll(text, search, MAX_MATCHES), [text, search]);
  const at = places.length === 0 ? -1 : chosen % places.length;

  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the text
  useEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, follows]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the search
  useEffect(() => {
    box.current?.querySelector("[data-chosen]")?.scrollIntoView({ block: "nearest" });
  }, [at, search]);

  const step = (by: number) => {
    if (places.length === 0) return;
    setFollows(false);
    setChosen((at + by + places.length) % places.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && search !== "") setSearch("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => toast({ text: "Output copied" }),
      () => toast({ text: "The browser did not allow copying", tone: "bad" }),
    );

  return (
    <div className="card overflow-hidden">
      <div className="no-print flex flex-wrap items-center gap-1 border-b border-line bg-sunken px-2 py-1">
        <label htmlFor={searchId} className="sr-only">
          Search in the output
        </label>
        <span className="relative min-w-32 flex-1">
          <Search size={13} aria-hidden className="absolute inset-y-0 left-2 my-auto text-ink-3" />
          <input
            id={searchId}
            type="search"
            value={search}
            placeholder="Search"
            onChange={(event) => {
              setSearch(event.target.value);
              setChosen(0);
              setFollows(false);
            }}
            onKeyDown={onKeyDown}
            className="field h-6.5! w-full max-w-64 py-0! pl-6.5! text-xs max-sm:h-9!"
          />
        </span>
        {search !== "" && (
          <>
            <span role="status" className="num px-1 text-xs text-ink-2">
              {places.length === 0
                ? "nothing found"
                : `${at + 1} of ${places.length === MAX_MATCHES ? `${MAX_MATCHES}+` : places.length}`}
            </span>
            <IconButton label="Match before" size="small" disabled={at < 0} onClick={() => step(-1)}>
              <ChevronUp size={14} aria-hidden />
            </IconButton>
            <IconButton label="Next match" size="small" disabled={at < 0} onClick={() => step(1)}>
              <ChevronDown size={14} aria-hidden />
            </IconButton>
          </>
        )}
        {!ended && (
          <IconButton
            label="Follow the end"
            size="small"
            aria-pressed={follows}
            onClick={() => setFollows(!follows)}
            className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
          >
            <ArrowDownToLine size={14} aria-hidden />
          </IconButton>
        )}
        <IconButton label="Copy the output" size="small" onClick={() => void copy()}>
          <Copy size={13} aria-hidden />
        </IconButton>
        <IconButton label="Download the output" size="small" onClick={() => download(name, text)}>
          <Download size={13} aria-hidden />
        </IconButton>
      </div>
      <section
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
        tabIndex={0}
        aria-label="Output"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          const isAtEnd = scrollHeight - clientHeight - scrollTop < END_PX;
          if (!ended && isAtEnd !== follows && search === "") setFollows(isAtEnd);
        }}
        className="max-h-96 font-mono overflow-auto p-3 text-xs break-words whitespace-pre-wrap print:max-h-none"
      >
        <Marked text={text} places={places} length={search.length} chosen={at} />
      </section>
    </div>
  );
}

function Marked(props: { text: string; places: readonly number[]; length: number; chosen: number }) {
  const { text, places, length, chosen } = props;
  if (places.length === 0) return text;
  return (
    <>
      {places.map((place, index) => (
        <span key={place}>
          {text.slice(index === 0 ? 0 : (places[index - 1] ?? 0) + length, place)}
          <mark
            {...(index === chosen && { "data-chosen": true })}
            className={index === chosen ? "bg-accent text-accent-ink" : "bg-warn-soft text-ink"}
          >
            {text.slice(place, place + length)}
          </mark>
        </span>
      ))}
      {text.slice((places.at(-1) ?? 0) + length)}
    </>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
