import type { CatalogueTool } from "../agent-types.ts";
import { byName, type Permission } from "./agent-form.ts";

export type ToolLine = {
  name: string;
  title: string;
  description: string;
  group: string;
  /** Null: nobody has said what a wrong call of it can do. */
  risk: CatalogueTool["risk"] | null;
  /** What was set; null is what holds by itself: ask. */
  permission: Permission | null;
};
type Given = readonly { name: string; permission: Permission }[];
export type Follows = { words: string; tone: "good" | "warn" | "high" | "bad" | "neutral" };

export const OWN_GROUP = "Tools of its own";

/** The tools that can be set: those of the catalogue, and what this agent has besides. Pure. */
export function toolLines(catalogue: readonly CatalogueTool[], given: Given): ToolLine[] {
  const set = new Map(given.map(({ name, permission }) => [name, permission]));
  const known = new Set(catalogue.map(({ name }) => name));
  return [
    ...catalogue.map((tool) => ({ ...tool, permission: set.get(tool.name) ?? null })),
    ...given
      .filter(({ name }) => !known.has(name))
      .map(({ name, permission }) => ({
        name,
        title: name,
        description: "Not in the catalogue.",
        group: OWN_GROUP,
        risk: null,
        permission,
      })),
  ];
}

/** What follows from a permission on a tool of that risk, in words. Pure. */
export function follows({ permission, risk }: Pick<ToolLine, "permission" | "risk">): Follows {
  if (permission === "deny") return { words: "Refused at once", tone: "neutral" };
  if (permission === null) return { words: "Not set, so it asks", tone: "neutral" };
  if (permission === "ask") return { words: "Asks before each call", tone: "good" };
  if (risk === "low") return { words: "Runs alone, low risk", tone: "good" };
  if (risk === "medium") return { words: "Runs alone, medium risk", tone: "warn" };
  if (risk === "high") return { words: "Runs alone, high risk", tone: "bad" };
  return { words: "Runs alone, risk not known", tone: "high" };
}

const count = (lines: readonly ToolLine[], test: (line: ToolLine) => boolean) => lines.filter(test).length;

/** The same of all tools: how many run alone, how many of them are risky, how many ask and are refused. Pure. */
export function toolTotals(lines: readonly ToolLine[]) {
  return {
    alone: count(lines, ({ permission }) => permission === "allow"),
    risky: count(lines, ({ permission, risk }) => permission === "allow" && risk !== "low"),
    ask: count(lines, ({ permission }) => permission !== "allow" && permission !== "deny"),
    refused: count(lines, ({ permission }) => permission === "deny"),
  };
}

/** Those whose words contain all that was typed. Pure. */
export function findTools(lines: readonly ToolLine[], search: string): ToolLine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter((line) => {
    const text = `${line.name} ${line.title} ${line.description} ${line.group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The set permissions with one more, or without it. Pure. */
export function withPermission(given: Given, name: string, permission: Permission | null) {
  const others = given.filter((tool) => tool.name !== name);
  return permission === null ? others : [...others, { name, permission }].sort(byName);
}
