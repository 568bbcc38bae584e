import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Plus, Search, SearchX } from "lucide-react";
import { use, useDeferredValue, useId, useMemo, useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Button } from "#components/ui/button.tsx";
import { ChangedSign } from "#components/ui/field.tsx";
import { agentQueries } from "../queries.ts";
import type { AgentForm, Permission } from "./agent-form.ts";
import { FormLook, useIssue } from "./rows.tsx";
import {
  type Follows,
  findTools,
  follows,
  type ToolLine,
  toolLines,
  toolTotals,
  withPermission,
} from "./tool-risk.ts";

const TONES: Record<Follows["tone"], string> = {
  neutral: "text-ink-3",
  good: "text-good",
  warn: "text-warn",
  high: "text-high",
  bad: "text-bad font-medium",
};
const CHOICES = [
  { value: "allow", word: "Allow", on: "bg-good-soft text-good" },
  { value: "ask", word: "Ask", on: "bg-accent-soft text-accent" },
  { value: "deny", word: "Deny", on: "bg-bad-soft text-bad" },
] as const satisfies readonly { value: Permission; word: string; on: string }[];

/** Tool by tool: allow, ask or deny, with the risk that follows from it. */
export function ToolFields() {
  const { control, setValue } = useFormContext<AgentForm>();
  const { changed, readOnly } = use(FormLook);
  const catalogue = useQuery(agentQueries.catalogue());
  const given = useWatch({ control, name: "tools" });
  const [typed, setTyped] = useState("");
  const search = useDeferredValue(typed.trim());
  const lines = useMemo(() => toolLines(catalogue.data?.tools ?? [], given), [catalogue.data, given]);
  const found = findTools(lines, search);
  const groups = [...Map.groupBy(found, ({ group }) => group)];
  const totals = toolTotals(lines);
  const error = useIssue("tools");
  const put = (tools: AgentForm["tools"]) => setValue("tools", tools, { shouldDirty: true });
  const choose = (name: string, permission: Permission | null) =>
    put(withPermission(given, name, permission));
  const isNew = search !== "" && !lines.some(({ name }) => name === search);
  return (
    <section aria-labelledby="tools" className="flex flex-col gap-2">
      <div>
        <h3 id="tools" className="text-xs font-medium text-ink-2">
          Tools
          {changed.has("tools") && <ChangedSign />}
        </h3>
        <p role="status" className="num text-ink-2">
          <b className="font-semibold text-ink">{totals.alone}</b> run alone
          {totals.risky > 0 && <span className="text-bad">, {totals.risky} of them risky</span>} ·{" "}
          <b className="font-semibold text-ink">{totals.ask}</b> ask ·{" "}
          <b className="font-semibold text-ink">{totals.refused}</b> refused. Any other tool asks.
        </p>
      </div>
      {error && (
        <p role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <label className="relative min-w-48 flex-1">
          <span className="sr-only">Search tools</span>
          <Search
            size={14}
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3"
          />
          <input
            type="search"
            value={typed}
            placeholder="Search tools, or name one of its own"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") event.preventDefault();
            }}
            className="field pl-8!"
          />
        </label>
        {!readOnly && found.length > 0 && (
          <span className="flex items-center gap-1 text-xs text-ink-3">
            {search ? `These ${found.length}:` : "All:"}
            {CHOICES.map(({ value, word }) => (
              <Button
                key={value}
                size="small"
                className="max-sm:h-9 max-sm:px-3"
                aria-label={`${word} ${search ? `the ${found.length} that are shown` : "all tools"}`}
                onClick={() => put(found.reduce((now, { name }) => withPermission(now, name, value), given))}
              >
                {word}
              </Button>
            ))}
          </span>
        )}
      </div>
      {isNew && !readOnly && (
        <Button
          onClick={() => {
            choose(search, "ask");
            setTyped("");
          }}
          className="self-start"
        >
          <Plus size={14} aria-hidden /> Add the tool “{search}”
        </Button>
      )}
      {found.length === 0 && !isNew && (
        <p className="flex items-center gap-2 px-1 py-3 text-ink-3">
          <SearchX size={15} aria-hidden /> No tool fits.
        </p>
      )}
      {groups.map(([group, tools]) => (
        <section key={group} aria-label={group} className="card overflow-hidden">
          <h4 className="caption border-b border-line bg-sunken px-3 py-1.5">{group}</h4>
          <ul className="divide-y divide-line">
            {tools.map((tool) => (
              <ToolRow
                key={tool.name}
                tool={tool}
                readOnly={readOnly}
                choose={(permission) => choose(tool.name, permission)}
              />
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

type RowProps = { tool: ToolLine; readOnly: boolean; choose: (permission: Permission | null) => void };

function ToolRow({ tool, readOnly, choose }: RowProps) {
  const id = useId();
  const { words, tone } = follows(tool);
  const shown = tool.permission ?? "ask";
  return (
    <li className="flex items-center gap-x-4 gap-y-2 px-3 py-2 max-sm:flex-wrap">
      <div className="min-w-0 flex-1 max-sm:basis-full">
        <p id={id} className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{tool.title}</span>
          {tool.title !== tool.name && <code className="text-xs text-ink-3">{tool.name}</code>}
        </p>
        <p className="text-xs text-ink-2">{tool.description}</p>
      </div>
      <div className="flex shrink-0 flex-col items-end gap-0.5 max-sm:w-full max-sm:flex-row-reverse max-sm:items-center max-sm:justify-between">
        <fieldset
          aria-labelledby={id}
          disabled={readOnly}
          className="flex shrink-0 rounded-md border border-control-line "
        >
          {CHOICES.map(({ value, word, on }) => (
            <label
              key={value}
              className={clsx(
                "relative flex h-6.5 min-w-12 items-center justify-center border-l border-line-strong px-2 text-xs font-medium first:rounded-l-[0.3rem] first:border-l-0 last:rounded-r-[0.3rem] max-sm:h-9 max-sm:min-w-14",
                "has-focus-visible:z-10 has-focus-visible:outline-2 has-focus-visible:outline-accent",
                shown === value
                  ? tool.permission === null
                    ? "bg-sunken text-ink-2"
                    : on
                  : "text-ink-2 hover:bg-hover",
              )}
            >
              <input
                type="radio"
                name={id}
                checked={shown === value}
                onChange={() => choose(value)}
                // Setting what holds by itself is a choice too.
                onClick={() => tool.permission === null && choose(value)}
                className="absolute inset-0 size-full cursor-[inherit] appearance-none rounded-[inherit] outline-none!"
              />
              {word}
            </label>
          ))}
        </fieldset>
        <p className={clsx("text-2xs", TONES[tone])}>{words}</p>
      </div>
    </li>
  );
}
