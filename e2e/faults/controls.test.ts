import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CONTROLS } from "./controls.ts";

const PACKAGES = join(import.meta.dirname, "../../packages");
const taking = CONTROLS.flatMap(({ name, without }) => (without ? [{ name, ...without }] : []));

test.each(taking)("$name finds what it takes out of the product, once", ({ file, text, instead }) => {
  const parts = readFileSync(join(PACKAGES, file), "utf8").split(text);
  expect(parts).toHaveLength(2);
  expect(instead).not.toBe(text);
});
