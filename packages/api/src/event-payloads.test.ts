import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventPayloads } from "./event-payloads.ts";

const CORE = join(import.meta.dirname, "../../core/src");
/** How the slices write an event's name where they make it. */
const NAME = /(?:event: |taskEvent\(|draft\()\s*"([a-z_]+:[a-z_]+)"/g;
/** Never on a stream: between processes of ours, and what tries out a webhook. */
const ELSEWHERE = ["plan:answered", "webhook:test"];

test("every event that a slice makes has its shape in the table, and every shape its event", () => {
  const made = readdirSync(CORE, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.includes("generated"))
    .flatMap((path) => [...readFileSync(join(CORE, path), "utf8").matchAll(NAME)].map(([, name]) => name!));
  const names = [...new Set(made)].filter((name) => !ELSEWHERE.includes(name)).sort();
  expect(names.length).toBeGreaterThan(15);
  expect(Object.keys(eventPayloads).sort()).toEqual(names);
});
