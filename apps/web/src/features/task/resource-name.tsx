import { withUnseenShown } from "@ade/core/kernel/unseen";
import { useQuery } from "@tanstack/react-query";
import { Link } from "#components/link.tsx";
import { agentQueries } from "#features/agents/queries.ts";

/** A resource as a task names it. */
type Resource = { type: string; id: string; namespace?: string | undefined; name?: string | undefined };

/** Its one canonical spelling. Pure. */
export function keyOf({ type, namespace, id }: Resource): string {
  return `${type}:${namespace ?? "default"}/${id}`;
}

/** What it is called, beside what it is: a name is the author's word, the key is what is touched. Agents by a link. */
export function ResourceName({ resource }: { resource: Resource }) {
  if (resource.type === "agent") return <AgentLink resource={resource} />;
  const key = keyOf(resource);
  if (!resource.name || resource.name === resource.id) {
    return <code className="text-xs [overflow-wrap:anywhere]">{key}</code>;
  }
  return (
    <>
      <bdi>{withUnseenShown(resource.name)}</bdi>{" "}
      <code className="text-xs [overflow-wrap:anywhere] text-ink-3">{key}</code>
    </>
  );
}

/** By the name that the agent itself has, whatever a task calls it. */
function AgentLink({ resource }: { resource: Resource }) {
  const agent = useQuery(agentQueries.one(resource.id));
  if (!agent.data) return <code className="text-xs [overflow-wrap:anywhere]">{keyOf(resource)}</code>;
  return (
    <>
      <span className="text-ink-3">agent</span>{" "}
      <Link href={`/agents/${resource.id}`} className="link" title={keyOf(resource)}>
        <bdi>{agent.data.name}</bdi>
      </Link>
    </>
  );
}
