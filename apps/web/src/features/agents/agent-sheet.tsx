import type { AgentEntry } from "@ade/core/agents/schema";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { Ago, Moment } from "#components/ui/time.tsx";
import { ApiKeys } from "#features/account/api-keys.tsx";
import { Facts, Part } from "#features/task/facts.tsx";
import { api } from "#lib/api.ts";
import type { Me } from "#lib/session.ts";
import { Capacity } from "./capacity.tsx";
import { connectionText } from "./connection.ts";
import { Health } from "./health.tsx";
import { Initials } from "./initials.tsx";
import { PauseButton } from "./pause-button.tsx";

const agentById = (id: string) =>
  queryOptions({
    queryKey: ["agents", "one", id],
    queryFn: ({ signal }) => api.agents.get.query({ id }, { signal }),
  });

/** One agent: what it may do, how it is reached, its figures and its keys. */
export function AgentSheet({ id, me, close }: { id: string; me: Me | undefined; close: () => void }) {
  const query = useQuery(agentById(id));
  return (
    <Sheet label={query.data?.name ?? "Agent"} close={close}>
      <header className="flex shrink-0 items-center gap-3 border-b border-line py-2.5 pr-2 pl-4">
        {query.data && <Initials name={query.data.name} />}
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base font-semibold">{query.data?.name ?? "Agent"}</h2>
          {query.data && (
            <p className="text-xs text-ink-2">
              {query.data.last_heartbeat_at ? (
                <>
                  Last heartbeat <Ago at={query.data.last_heartbeat_at} />
                </>
              ) : (
                "No heartbeat yet"
              )}
            </p>
          )}
        </div>
        {query.data && <Health status={query.data.status} />}
        <IconButton label="Close" onClick={close}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">
        <Resolved query={query} what="This agent">
          {(agent) => (
            <Body
              agent={agent}
              mayManage={Boolean(me?.roles.includes("admin") || me?.id === agent.owner_id)}
            />
          )}
        </Resolved>
      </div>
    </Sheet>
  );
}

function Body({ agent, mayManage }: { agent: AgentEntry; mayManage: boolean }) {
  const figures = Object.entries(agent.metrics ?? {});
  const limits = Object.entries(agent.limits);
  return (
    <div className="flex flex-col gap-6">
      <p className="rounded-lg border border-accent-line bg-accent-soft px-3 py-2">{whatItMay(agent)}</p>
      <Part title="About" note={mayManage && <PauseButton agent={agent} />}>
        <Facts
          facts={[
            agent.description ? ["Does", agent.description] : null,
            ["Owner", agent.owner_name],
            [
              "Working on",
              <Capacity
                key="capacity"
                active={agent.capacity.active_tasks}
                max={agent.capacity.max_tasks}
                className="max-w-64"
              />,
            ],
            [
              "Reached by",
              <span key="reach" className="break-all">
                {connectionText(agent.connection)}
              </span>,
            ],
            agent.model ? ["Model", <code key="model">{agent.model}</code>] : null,
            agent.tags.length > 0 ? ["Tags", agent.tags.join(", ")] : null,
            ["Made", <Moment key="made" at={agent.created_at} />],
            [
              "Id",
              <code key="id" className="text-xs break-all select-all">
                {agent.id}
              </code>,
            ],
          ]}
        />
      </Part>
      <Part title="Rights">
        <Facts
          facts={[
            ["Task types", <Patterns key="types" patterns={agent.task_types} all="every type" none="none" />],
            ["Resources", <Patterns key="scopes" patterns={agent.scopes} all="every resource" none="none" />],
            ...agent.tools.map((tool) => [tool.name, tool.permission] as const),
            ...limits.map(
              ([name, limit]) =>
                [
                  name,
                  <span key={name} className="num">
                    {limit}
                  </span>,
                ] as const,
            ),
          ]}
        />
      </Part>
      {figures.length > 0 && (
        <Part title="Figures of the last heartbeat">
          <Facts
            facts={figures.map(([name, figure]) => [
              name,
              <span key={name} className="num">
                {String(figure)}
              </span>,
            ])}
          />
        </Part>
      )}
      {mayManage && <ApiKeys principalId={agent.id} title="Keys" />}
    </div>
  );
}

function Patterns({
  patterns,
  all,
  none,
}: {
  patterns: readonly string[] | null;
  all: string;
  none: string;
}): ReactNode {
  if (patterns === null) return all;
  if (patterns.length === 0) return none;
  return patterns.map((pattern) => (
    <code key={pattern} className="mr-2 text-xs break-all">
      {pattern}
    </code>
  ));
}

/** One sentence on what it may do alone and what needs a person. */
function whatItMay(agent: AgentEntry): string {
  if (agent.paused)
    return "It is paused: whatever it proposes is refused until its owner or an admin resumes it.";
  if (agent.scopes?.length === 0 || agent.task_types?.length === 0)
    return "It may watch, and propose nothing.";
  const types = agent.task_types === null ? "changes of every type" : "changes of the types below";
  const where = agent.scopes === null ? "on every resource" : "on the resources below";
  return `It may propose ${types} ${where}. Policies decide who has to approve each of them; it can never approve itself.`;
}
