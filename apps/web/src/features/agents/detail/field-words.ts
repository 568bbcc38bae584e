const NAMES: Record<string, string> = {
  description: "What it does",
  tags: "Tags",
  connection: "How it is reached",
  provider: "Provider",
  model: "Model",
  instructions: "Instructions",
  memory_blocks: "Memory blocks",
  parameters: "Model calls",
  tools: "Tools",
  scopes: "Resources it may touch",
  task_types: "Task types it may propose",
  capacity: "Tasks at a time",
  max_tasks: "Tasks at a time",
  limits: "Budgets and rates",
};

/** A setting's name for people. Pure. */
export function fieldName(field: string): string {
  return NAMES[field] ?? field.replaceAll("_", " ");
}

/** A setting's value as lines that can be compared: one for each tool, pattern, limit, block. Pure. */
export function fieldLines(field: string, value: unknown): string[] {
  if (value === null || value === undefined) {
    return field === "scopes" || field === "task_types" ? ["every"] : [];
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return field === "scopes" || field === "task_types" ? ["none"] : [];
    return value.flatMap((each) => (typeof each === "object" ? [wordsOf(each)] : [String(each)]));
  }
  if (typeof value === "object") {
    return Object.entries(value).map(([name, inside]) => `${name.replaceAll("_", " ")}: ${textOf(inside)}`);
  }
  return value === "" ? [] : String(value).split("\n");
}

function wordsOf(entry: Record<string, unknown>): string {
  const { name, permission, label, value, ...rest } = entry;
  if (typeof name === "string") return `${name}: ${textOf(permission)}`;
  const more = Object.entries(rest)
    .filter(([, inside]) => inside !== false && inside !== null)
    .map(([key, inside]) => (inside === true ? key.replaceAll("_", " ") : `${key} ${textOf(inside)}`));
  return `${textOf(label)}${more.length > 0 ? ` (${more.join(", ")})` : ""}: ${textOf(value)}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
