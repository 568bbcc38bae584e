import type { Change, Preview } from "@ade/core/executors/schema";
import { withUnseenShown } from "@ade/core/kernel/unseen";
import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { CallView, callOf } from "./call-view.tsx";
import { diffStat, parseDiff } from "./diff.ts";
import { DiffView } from "./diff-view.tsx";
import { Notes } from "./notes.tsx";
import { keyOf } from "./resource-name.tsx";

type Props = { preview: Preview; wide?: boolean };

/** What applying would change, one card a change, with warnings and errors above. */
export function Changes({ preview, wide }: Props) {
  const [split, setSplit] = useState(Boolean(wide));
  const hasDiff = preview.changes.some((change) => change.diff);
  return (
    <div className="flex flex-col gap-2">
      <Notes tone="bad" notes={preview.errors} />
      <Notes tone="warn" notes={preview.warnings} />
      {hasDiff && (
        <fieldset
          aria-label="Form of the diff"
          className="no-print flex gap-0.5 self-end rounded-md border border-line p-0.5"
        >
          {(["Unified", "Split"] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={split === (name === "Split")}
              onClick={() => setSplit(name === "Split")}
              className="h-6 rounded-sm px-2 text-xs font-medium text-ink-3 hover:text-ink aria-pressed:bg-hover aria-pressed:text-ink"
            >
              {name}
            </button>
          ))}
        </fieldset>
      )}
      {preview.changes.length === 0 && preview.errors.length === 0 && (
        <p className="text-ink-2">Nothing would change: it is already as wanted.</p>
      )}
      {preview.changes.map((change, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one resource may change twice; the order is the plan's
        <ChangeCard key={`${keyOf(change.resource)}-${place}`} change={change} split={split} />
      ))}
      {preview.affected_services.length > 0 && (
        <p className="text-xs text-ink-3">
          Affects <span className="text-ink-2">{preview.affected_services.join(", ")}</span>
        </p>
      )}
    </div>
  );
}

/** What will be run, where the change is a command's. */
function commandOf(after: unknown): { runs: string; directory: string } | null {
  if (typeof after !== "object" || after === null || !("runs" in after) || !("directory" in after))
    return null;
  const { runs, directory } = after;
  if (!Array.isArray(runs) || typeof directory !== "string") return null;
  return { runs: withUnseenShown(runs.map((each) => quoted(String(each))).join(" ")), directory };
}

type Statement = { statement: number; sql: string; rows: number | null };

/** The statement that will be run, where the change is one of a migration. */
function statementOf(after: unknown): Statement | null {
  if (typeof after !== "object" || after === null || !("sql" in after) || !("statement" in after))
    return null;
  const { statement, sql, rows } = after as Partial<Statement>;
  if (typeof sql !== "string" || typeof statement !== "number") return null;
  return { statement, sql: withUnseenShown(sql), rows: typeof rows === "number" ? rows : null };
}

/** As one would type it: what is no plain word stands in quotes. */
const quoted = (element: string) =>
  /^[\w@%+=:,./{}-]+$/.test(element) ? element : `'${element.replaceAll("'", "'\\''")}'`;

const shown = (value: unknown) =>
  withUnseenShown(typeof value === "string" ? value : JSON.stringify(value, null, 2));

function ChangeCard({ change, split }: { change: Change; split: boolean }) {
  const [open, setOpen] = useState(true);
  const lines = useMemo(() => (change.diff ? parseDiff(change.diff) : null), [change.diff]);
  const stat = lines && diffStat(lines);
  const command = commandOf(change.after);
  const statement = statementOf(change.after);
  const call = callOf(change.after);
  const key = keyOf(change.resource);
  const name = change.resource.name ?? key;
  const isBare = !lines && change.before === undefined && change.after === undefined;
  // The sentence says all of it: nothing was before, and nothing stands beside vector and folder.
  const isOnlyCommand =
    command !== null && change.before == null && Object.keys(change.after as object).length === 2;
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-surface">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className={clsx(
          "flex h-8 w-full items-center gap-2 bg-sunken px-2 text-left",
          open && !isBare && "border-b border-line",
        )}
      >
        <ChevronRight
          size={14}
          aria-hidden
          className={clsx("shrink-0 text-ink-3 transition-transform duration-(--quick)", open && "rotate-90")}
        />
        <span className="text-xs font-medium text-ink-2">{change.action}</span>
        <span title={key} className="flex min-w-0 flex-1 items-baseline gap-2 text-xs">
          {change.resource.name && <bdi className="truncate">{withUnseenShown(change.resource.name)}</bdi>}
          <span className={clsx("truncate font-mono", change.resource.name && "text-ink-3")}>{key}</span>
        </span>
        {stat && (
          <span className="num shrink-0 font-mono text-xs">
            <span className="text-good">+{stat.added}</span> <span className="text-bad">−{stat.removed}</span>
          </span>
        )}
      </button>
      {open && command && (
        <p
          className={clsx(
            "px-2 py-1.5 text-xs text-ink-3",
            (lines || !isOnlyCommand) && "border-b border-line",
          )}
        >
          {lines ? "Then runs" : "Runs"} <code className="break-all text-ink">{command.runs}</code> in{" "}
          <code className="break-all">{command.directory}</code>
        </p>
      )}
      {open && call && (
        <div className={clsx(lines && "border-b border-line")}>
          <CallView call={call} before={callOf(change.before)} />
        </div>
      )}
      {open &&
        !isBare &&
        ((call || isOnlyCommand) && !lines ? null : lines ? (
          <DiffView lines={lines} split={split} label={`Changes of ${name}`} />
        ) : statement ? (
          <StatementText statement={statement} percent={change.may_differ?.["after.rows"] ?? 0} />
        ) : (
          <div className="grid gap-px bg-line sm:grid-cols-2">
            {(["before", "after"] as const).map((side) => (
              <pre key={side} className="bg-surface p-2 text-xs break-all whitespace-pre-wrap">
                <span className="caption block font-sans">{side === "before" ? "Now" : "Then"}</span>
                {change[side] === undefined || change[side] === null ? "—" : shown(change[side])}
              </pre>
            ))}
          </div>
        ))}
    </div>
  );
}

/** A statement with the rows that it touched when it was rehearsed, and how many it may touch when it is applied. */
function StatementText({ statement, percent }: { statement: Statement; percent: number }) {
  const { sql, rows } = statement;
  const spare = rows === null ? 0 : Math.floor((rows * percent) / 100);
  return (
    <>
      <pre className="p-2 text-xs break-words whitespace-pre-wrap">{sql}</pre>
      <p className="flex flex-wrap gap-x-3 border-t border-line px-2 py-1.5 text-xs text-ink-3">
        <span>
          Statement <span className="num">{statement.statement}</span>
        </span>
        {rows !== null && (
          <span className="text-ink-2">
            touches <span className="num">{rows.toLocaleString("en")}</span> {rows === 1 ? "row" : "rows"}
          </span>
        )}
        {spare > 0 && (
          <span>
            applied with up to <span className="num">{spare.toLocaleString("en")}</span> more or fewer
          </span>
        )}
      </p>
    </>
  );
}
