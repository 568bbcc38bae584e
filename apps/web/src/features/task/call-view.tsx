import { withUnseenShown } from "@ade/core/kernel/unseen";
import { ChangedSign } from "#components/ui/field.tsx";

/** A tool call as its preview carries it (tool-calls/preview.ts). */
export type Call = { tool: string; kind: string; title: string; arguments: Record<string, unknown> };

const KINDS: Readonly<Record<string, string>> = {
  read: "reads",
  search: "searches",
  fetch: "fetches",
  think: "thinks",
  edit: "edits",
  delete: "deletes",
  move: "moves",
  execute: "runs a command",
  switch_mode: "changes its mode",
};

/** The call that will be run, where the change is an agent's tool call; null for any other. Pure. */
export function callOf(after: unknown): Call | null {
  if (typeof after !== "object" || after === null) return null;
  const { tool, kind, title, arguments: given } = after as Partial<Record<keyof Call, unknown>>;
  if (typeof tool !== "string" || typeof given !== "object" || given === null || Array.isArray(given))
    return null;
  return {
    tool,
    kind: typeof kind === "string" ? kind : "other",
    title: typeof title === "string" ? title : "",
    arguments: given as Record<string, unknown>,
  };
}

/** An argument as people read it: text as it is, line for line, what has parts as JSON; nothing in it is hidden. Pure. */
export function argumentText(value: unknown): string {
  return withUnseenShown(typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? ""));
}

/** Arguments that say what runs and where. The store keeps no order of its own, so these are put first. */
const TELLING = ["command", "cmd", "script", "code", "sql", "query", "url", "file_path", "path"];
const rank = (name: string) => (TELLING.includes(name) ? TELLING.indexOf(name) : TELLING.length);

/** Names of all arguments, those that tell what runs first; of two calls those of both. Pure. */
export function argumentNames(...calls: readonly (Call | null)[]): string[] {
  const names = new Set(calls.flatMap((call) => Object.keys(call?.arguments ?? {})));
  return [...names].sort((one, other) => rank(one) - rank(other));
}

/** What an agent wants to run: in its words, and each argument by its name, whole and unescaped. */
export function CallView({ call, before }: { call: Call; before: Call | null }) {
  const names = argumentNames(call, before);
  return (
    <div className="flex flex-col gap-2 p-2.5">
      <p className="flex flex-wrap items-baseline gap-x-2">
        {call.title && call.title !== call.tool && (
          <bdi className="font-medium break-words">{withUnseenShown(call.title)}</bdi>
        )}
        <code className="text-xs break-all text-ink-2">{withUnseenShown(call.tool)}</code>
        {KINDS[call.kind] && <span className="text-xs text-ink-3">{KINDS[call.kind]}</span>}
      </p>
      {names.length === 0 && <p className="text-xs text-ink-3">It is called without arguments.</p>}
      <dl className="flex flex-col gap-1.5">
        {names.map((name) => {
          const text = argumentText(call.arguments[name]);
          const was = before ? argumentText(before.arguments[name]) : text;
          const isGone = !(name in call.arguments);
          return (
            <div key={name} className="flex flex-col gap-0.5">
              <dt className="text-xs font-medium text-ink-2">
                <code>{withUnseenShown(name)}</code>
                {text !== was && <ChangedSign />}
              </dt>
              <dd className="min-w-0">
                {isGone ? (
                  <p className="text-xs text-ink-3">taken away</p>
                ) : (
                  <pre className="rounded-md bg-sunken px-2 py-1.5 text-xs [overflow-wrap:anywhere] whitespace-pre-wrap">
                    {text === "" ? <span className="text-ink-3">empty</span> : text}
                  </pre>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}
