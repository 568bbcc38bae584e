import { FINAL_STATES, TRANSITIONS, type Transition } from "./machine.ts";

/** The transition table as a Mermaid state diagram and a Markdown table: what ARCHITECTURE.md shows of it. */
export function renderMachine(): string {
  return `${picture()}\n\n${table()}`;
}

function picture(): string {
  const moves = (TRANSITIONS as readonly Transition[]).map(
    ({ from, to, on }) => `  ${from ?? "[*]"} --> ${to ?? "[*]"}: ${on}`,
  );
  const ends = FINAL_STATES.map((state) => `  ${state} --> [*]`);
  return ["```mermaid", "stateDiagram-v2", ...moves, ...ends, "```"].join("\n");
}

function table(): string {
  const rows = (TRANSITIONS as readonly Transition[]).map(({ from, to, on, by, fact, guard }) => [
    from ?? "-",
    to ?? "gone",
    `\`${on}\``,
    by.join(", "),
    guard,
    `\`${fact}\``,
  ]);
  const lines = [["from", "to", "on", "by", "guard", "recorded as"], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const written = lines.map((line) => `| ${line.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`);
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [written[0], rule, ...written.slice(1)].join("\n");
}

if (import.meta.main) console.log(renderMachine());
