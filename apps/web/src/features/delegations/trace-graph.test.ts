import type { DelegationTrace, TraceLook } from "@ade/core/delegations/schema";
import { expect, it } from "vitest";
import { graphOf } from "./trace-graph.ts";

const named = (id: string) => ({ id, name: id.toUpperCase() });
const look = (from: string, to: string, verdict: TraceLook["verdict"]): TraceLook => ({
  ...{ delegation_id: `${from}${to}${verdict}`, from_id: from, from: from.toUpperCase() },
  ...{ to_id: to, to: to.toUpperCase(), verdict, why: "" },
});
const trace = (path: string[], looks: TraceLook[]): DelegationTrace => ({
  ...{
    owner: named(path[0]!),
    end: named(path.at(-1)!),
    path: path.map(named),
    stops: "",
    looks,
    warnings: [],
  },
});

it("draws the way, what was passed over and what did not apply, each arrow once", () => {
  const { nodes, edges } = graphOf(
    trace(
      ["a", "b", "c"],
      [
        look("a", "d", "dead_end"),
        look("a", "b", "does_not_apply"),
        look("a", "b", "taken"),
        look("b", "c", "taken"),
      ],
    ),
  );
  expect(nodes.map(({ id, part, note }) => [id, part, note])).toEqual([
    ["a", "start", "is named"],
    ["b", "middle", "passes it on"],
    ["c", "end", "is asked"],
    ["d", "aside", "leads nowhere"],
  ]);
  expect(edges.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["a>d", "dead_end"],
    ["a>b", "taken"],
    ["b>c", "taken"],
  ]);
});

it("leaves out what does not apply and would only lead back", () => {
  const { edges } = graphOf(trace(["a", "b"], [look("a", "b", "taken"), look("b", "a", "does_not_apply")]));
  expect(edges.map(({ id }) => id)).toEqual(["a>b"]);
});

it("draws an owner to whom it comes back as the one who is asked", () => {
  const { nodes } = graphOf(trace(["a"], [look("a", "b", "dead_end"), look("b", "a", "dead_end")]));
  expect(nodes.map(({ id, part, note }) => [id, part, note])).toEqual([
    ["a", "end", "is asked, in person"],
    ["b", "aside", "leads nowhere"],
  ]);
});
