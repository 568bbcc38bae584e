import type { CatalogueTool } from "./catalogue/schema.ts";
import { rateOf, rateText } from "./rates.ts";
import type { AgentEntry, AgentSummary } from "./schema.ts";

/** What of an agent decides what it may do; also of one that is still a draft. */
export type Permitted = Pick<AgentEntry, "name" | "tools" | "scopes" | "task_types" | "limits"> & {
  max_tasks: number;
};

type Known = Pick<CatalogueTool, "name" | "title" | "risk">;

/** So many names are said; the rest is counted. */
const SAID = 6;

/**
 * What an agent may do on its own, what needs a person, what it never may, and of which limits it is only told, in
 * words; `catalogue` gives tools their titles. Pure, and the same for a draft, a card and both sides of a reviewed change.
 */
export function summarise(agent: Permitted, catalogue: readonly Known[] = []): AgentSummary {
  const byName = new Map(catalogue.map((tool) => [tool.name, tool]));
  const tools = (permission: "allow" | "ask" | "deny"): string[] =>
    agent.tools
      .filter((tool) => tool.permission === permission)
      .map(({ name }) => byName.get(name)?.title ?? name);
  const [allowed, asked, denied] = [tools("allow"), tools("ask"), tools("deny")];
  const limits = Object.entries(agent.limits).map(
    ([name, value]) => [name, value, rateOf(name, value)] as const,
  );
  const rates = limits.flatMap(([, , rate]) => (rate ? [rate] : []));
  const proposes = agent.task_types?.length !== 0 && agent.scopes?.length !== 0;
  return {
    sentence: sentenceOf(agent, { allowed, asked, denied, proposes }),
    alone: [
      ...allowed,
      ...(proposes ? [`Propose ${typesOf(agent)} on ${scopesOf(agent)}`] : []),
      `Work on up to ${counted(agent.max_tasks, "task")} at once`,
    ],
    needs_person: [
      ...asked,
      "Any tool that nobody has decided about",
      ...(proposes ? ["Having a change applied, unless a policy lets it pass"] : []),
    ],
    never: [
      ...denied,
      ...(proposes ? [] : ["Propose a task"]),
      ...(proposes && agent.task_types ? [`Propose other tasks than ${listed(agent.task_types)}`] : []),
      ...(proposes && agent.scopes ? [`Touch anything but ${listed(agent.scopes)}`] : []),
      ...rates.map((rate) => `Propose more than ${rateText(rate)}`),
      "Approve anything",
    ],
    told: limits.flatMap(([name, value, rate]) => (rate ? [] : [toldOf(name, value)])),
  };
}

const A_WINDOW = / per (minute|hour|day|week|month)$/;

/** `2,000,000 tokens per day`; `context window: 200,000` where the name is no rate. */
function toldOf(name: string, value: number): string {
  const words = name.replaceAll("_", " ").replace(/\b(usd|eur|gbp)\b/, (currency) => currency.toUpperCase());
  const amount = value.toLocaleString("en");
  return A_WINDOW.test(words) ? `${amount} ${words}` : `${words}: ${amount}`;
}

function sentenceOf(
  agent: Permitted,
  parts: { allowed: string[]; asked: string[]; denied: string[]; proposes: boolean },
): string {
  const { allowed, asked, denied, proposes } = parts;
  const name = agent.name.trim() || "This agent";
  const alone = allowed.length > 0 ? `may use ${listed(allowed)} on its own` : "may use no tool on its own";
  const asks = `asks a person before ${listed([...shortened(asked, SAID - 1), "any tool not named here"])}`;
  const never = denied.length > 0 ? `, and may never use ${listed(denied)}` : "";
  const work = proposes
    ? `It may propose ${typesOf(agent)} on ${scopesOf(agent)}, up to ${agent.max_tasks} at once; policies decide who approves.`
    : "It may propose no task.";
  return `${name} ${alone}, ${asks}${never}. ${work}`;
}

function typesOf({ task_types }: Permitted): string {
  return task_types ? `tasks of type ${listed(task_types)}` : "tasks of any type";
}

function scopesOf({ scopes }: Permitted): string {
  return scopes ? listed(scopes) : "any resource";
}

/** `a`, `a and b`, `a, b and 3 more`. */
function listed(names: readonly string[]): string {
  const said = shortened(names, SAID);
  const [last] = said.slice(-1);
  return said.length < 2 ? (last ?? "nothing") : `${said.slice(0, -1).join(", ")} and ${last}`;
}

/** So many at most, the last of which counts the rest where there is one. */
function shortened(names: readonly string[], most: number): readonly string[] {
  return names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
