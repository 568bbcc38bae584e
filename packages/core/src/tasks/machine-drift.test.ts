import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderMachine } from "./render-machine.ts";

test("ARCHITECTURE.md shows the transition table as it is", () => {
  const shown = readFileSync(join(import.meta.dirname, "../../../../ARCHITECTURE.md"), "utf8");
  expect(shown).toContain(renderMachine());
});
