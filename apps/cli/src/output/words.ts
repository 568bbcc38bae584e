import type { TaskEntry } from "@ade/client";
import type { Style } from "./style.ts";

type Paint = (style: Style) => (text: string) => string;
const plain: Paint = () => (text) => text;

const STATES: Readonly<Record<string, Paint>> = {
  DRAFT: (style) => style.dim,
  SUBMITTED: (style) => style.blue,
  REVIEWING: (style) => style.yellow,
  APPROVED: (style) => style.cyan,
  APPLYING: (style) => style.magenta,
  COMPLETED: (style) => style.green,
  REJECTED: (style) => style.red,
  CANCELLED: (style) => style.dim,
};
const LEVELS: Readonly<Record<string, Paint>> = {
  LOW: (style) => style.green,
  MEDIUM: (style) => style.yellow,
  HIGH: (style) => style.red,
  CRITICAL: (style) => (text) => style.bold(style.red(text)),
};

/** The colour of a task's state, or of an approval's answer. The word says the same. */
export const paintState = (style: Style, state: string) => (STATES[state] ?? plain)(style);
export const paintRisk = (style: Style, level: string | undefined) => (LEVELS[level ?? ""] ?? plain)(style);

/** `72 HIGH`; nothing where it is not known yet. Pure. */
export function riskOf({ risk }: Pick<TaskEntry, "risk">): string {
  return risk ? `${Math.round(risk.score)} ${risk.level}` : "";
}

/** `database:prod/main`, without the namespace where it is the default. Pure. */
export function resourceName(resource: TaskEntry["config"]["resources"][number]): string {
  const { type, id, namespace } = resource;
  return namespace && namespace !== "default" ? `${type}:${namespace}/${id}` : `${type}:${id}`;
}
