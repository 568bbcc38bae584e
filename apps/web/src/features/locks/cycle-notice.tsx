import type { LockGraph } from "@ade/core/locks/schema";
import { TriangleAlert } from "lucide-react";
import type { Names } from "./use-names.ts";
import { ownerNode } from "./wait-graph.ts";

/** A circle of owners that is there right now, in a sentence each. It lasts two seconds at most: one of them is chosen. */
export function CycleNotice({ graph, names }: { graph: LockGraph; names: Names }) {
  return (
    <div role="status" className="shrink-0">
      {graph.cycles.map((cycle) => (
        <p
          key={cycle.map(ownerNode).join()}
          className="flex items-start gap-2 border-b border-bad-line bg-bad-soft px-4 py-2 text-bad"
        >
          <TriangleAlert size={15} aria-hidden className="mt-0.5 shrink-0" />
          <span>
            <strong className="font-semibold">
              Deadlock: {cycle.length} {cycle.length === 1 ? "owner waits for itself" : "wait for each other"}
              .
            </strong>{" "}
            {cycle.map((owner, at) => {
              const next = cycle[(at + 1) % cycle.length] ?? owner;
              const edge = graph.edges.find(
                ({ from, to }) => ownerNode(from) === ownerNode(owner) && ownerNode(to) === ownerNode(next),
              );
              const verb = edge?.because === "queued_before" ? "is in front of it for" : "holds";
              return (
                <span key={ownerNode(owner)}>
                  {names.nameOf(owner.agent_id)} waits for {names.nameOf(next.agent_id)}
                  {edge && (
                    <>
                      , which {verb} <code className="break-all">{edge.key}</code>
                    </>
                  )}
                  .{" "}
                </span>
              );
            })}
            One of them is being chosen to give way.
          </span>
        </p>
      ))}
    </div>
  );
}
