import { readFileSync } from "node:fs";
import { readAll } from "./account/prompt.ts";
import type { Io } from "./cli.ts";
import { cliErrors } from "./errors.ts";

/** JSON from a file, or from standard input for `-`. @throws NO_FILE, NOT_JSON */
export async function readJson(io: Io, path: string): Promise<Record<string, unknown>> {
  const text = path === "-" ? await readAll(io.stdin) : readText(path);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (cause) {
    const message = `${nameOf(path)} is not valid JSON: ${(cause as Error).message}`;
    throw cliErrors.NOT_JSON({ message, cause });
  }
  throw cliErrors.NOT_JSON({ message: `${nameOf(path)} holds no JSON object.` });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw cliErrors.NO_FILE({ message: `${path} cannot be read: ${(cause as Error).message}`, cause });
  }
}

const nameOf = (path: string): string => (path === "-" ? "Standard input" : path);
