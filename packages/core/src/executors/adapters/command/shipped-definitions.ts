import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { CommandInput } from "./schema.ts";

const FILES = ["terraform", "kubectl"] as const;

/** The definitions that ship, to start from; `directory` is whoever adds them to say. */
export function shippedDefinitions(): CommandInput[] {
  return FILES.flatMap((name) => {
    const path = fileURLToPath(new URL(`./shipped/${name}.yaml`, import.meta.url));
    return parse(readFileSync(path, "utf8")) as CommandInput[];
  });
}
