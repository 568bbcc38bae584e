import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderScripts } from "./render-scripts.ts";

test("scripts.generated.ts is what lua/*.lua renders to", () => {
  const committed = readFileSync(join(import.meta.dirname, "scripts.generated.ts"), "utf8");
  expect(committed).toBe(renderScripts());
});
