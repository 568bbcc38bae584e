import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "#components/link.tsx";
import { SecretOnce } from "#components/secret-once.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import type { NewAgent } from "../agent-types.ts";
import { Health, Heartbeat } from "../health.tsx";
import { Initials } from "../initials.tsx";
import { useAgent } from "../use-agents.ts";
import { startCommand } from "./start-command.ts";

/** The end of the wizard: the key, shown this once, how to start, and the agent's first sign of life as it comes. */
export function MadeAgent({ made, again }: { made: NewAgent; again: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const live = useAgent(made.agent.id).data ?? made.agent;
  const [copied, setCopied] = useState(false);
  const text = useRef<HTMLPreElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const command = startCommand(made.agent, made.api_key, location.origin);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command.text);
      setCopied(true);
    } catch {
      if (text.current) getSelection()?.selectAllChildren(text.current);
    }
  };
  return (
    <div className="rise mx-auto flex w-full max-w-2xl flex-col gap-5 px-4 py-8 max-sm:py-5">
      <header className="flex items-center gap-3">
        <Initials name={made.agent.name} className="size-11! text-sm!" />
        <div className="min-w-0 flex-1">
          <h2 ref={heading} tabIndex={-1} className="text-lg font-semibold break-words outline-none!">
            {made.agent.name} is made
          </h2>
          <p className="text-ink-2">Give it its key; then it can say that it lives.</p>
        </div>
      </header>
      <SecretOnce label="API key" value={made.api_key}>
        The server keeps only a fingerprint of it. Store it where the agent reads its secrets.
      </SecretOnce>
      <section aria-labelledby="start" className="card overflow-hidden">
        <div className="flex items-center gap-2 border-b border-line py-1.5 pr-1.5 pl-3.5">
          <h3 id="start" className="min-w-0 flex-1 font-semibold">
            {command.title}
          </h3>
          <Button onClick={() => void copy()}>
            {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
            {copied ? "Copied" : "Copy"}
          </Button>
        </div>
        <pre
          ref={text}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
          tabIndex={0}
          className="overflow-x-auto bg-sunken px-3.5 py-3 text-xs leading-5 -outline-offset-2!"
        >
          {command.text}
        </pre>
        <p className="px-3.5 py-2 text-xs text-ink-2">{command.note}</p>
        <p aria-live="polite" className="sr-only">
          {copied ? "Copied" : ""}
        </p>
      </section>
      <section
        aria-label="First sign of life"
        role="status"
        className="card flex min-h-12 items-center gap-3 px-3.5 py-2"
      >
        <Health status={live.status} />
        <span className="min-w-0 flex-1 text-ink-2">
          {live.last_heartbeat_at ? (
            <Heartbeat at={live.last_heartbeat_at} />
          ) : (
            "Waiting for its first heartbeat. It appears here by itself."
          )}
        </span>
      </section>
      <div className="flex flex-wrap gap-2">
        <Link href={`/agents/${made.agent.id}`} className={buttonClass("primary", "large")}>
          I have stored the key
        </Link>
        <Button size="large" look="quiet" onClick={again}>
          Make another
        </Button>
      </div>
    </div>
  );
}
