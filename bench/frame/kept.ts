import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Result, toMarkdown } from "./report.ts";

const JSON_FILE = fileURLToPath(new URL("../results.json", import.meta.url));
const PAGE = fileURLToPath(new URL("../RESULTS.md", import.meta.url));

/** Writes both files: what ran now replaces what was kept of it, the rest stays. `order` is that of the benchmarks. */
export function keepResults(results: readonly Result[], order: readonly string[]): void {
  const before = existsSync(JSON_FILE) ? (JSON.parse(readFileSync(JSON_FILE, "utf8")) as Result[]) : [];
  const byName = new Map([...before, ...results].map((result) => [result.name, result]));
  const kept = order.flatMap((name) => byName.get(name) ?? []);
  writeFileSync(JSON_FILE, `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(PAGE, toMarkdown(kept));
}
