import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { checkDefinition } from "./definition.ts";
import type { CommandDefinition } from "./schema.ts";

/** An alias that repeats itself could become endless text. */
const MAX_ALIASES = 100;

export type CommandFile = {
  readonly path: string;
  /** What stands in it now; where it can't be understood any more, what stood in it last. Reads it only when it changed. */
  read(): readonly CommandDefinition[];
  /** Why it can't be understood, where that is so. */
  readonly problem: string | null;
};

/**
 * The file of ADE_COMMANDS. A missing one is no definitions and one warning. Throws TypeError where it can't be
 * understood at the start, with file, entry and field; later that is only told to `warn`, and what was understood last
 * holds.
 */
export function openCommandFile(path: string, warn: (sentence: string) => void): CommandFile {
  let known: readonly CommandDefinition[] = [];
  let stamp = "";
  let problem: string | null = null;

  function read(isFirst: boolean): readonly CommandDefinition[] {
    const now = stampOf(path);
    if (now === stamp) return known;
    stamp = now;
    try {
      if (now === MISSING) {
        warn(`ADE_COMMANDS names ${path}, which is not there: it defines no commands.`);
        known = [];
      } else known = parseCommands(readFileSync(path, "utf8"), path);
      problem = null;
    } catch (error) {
      if (isFirst) throw error;
      problem = error instanceof TypeError ? error.message : `${path} can't be read.`;
      warn(`${problem} The commands stay as they were.`);
    }
    return known;
  }

  read(true);
  return {
    path,
    read: () => read(false),
    get problem() {
      return problem;
    },
  };
}

const MISSING = "missing";

function stampOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : MISSING;
}

/**
 * Definitions from a YAML list. A relative `directory` starts from the file's folder. Throws TypeError naming file,
 * entry and field.
 */
export function parseCommands(text: string, path: string): CommandDefinition[] {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) {
    const { line, col } = counter.linePos(broken.pos[0]);
    throw new TypeError(`${path}, line ${line}, column ${col}: ${broken.message}.`);
  }
  const list = toPlain(document, path);
  if (list === null) return [];
  if (!Array.isArray(list)) throw new TypeError(`${path} must hold a list of commands.`);
  const names = new Set<string>();
  return list.map((entry, place) => {
    const name = typeof entry?.name === "string" ? ` (${entry.name})` : "";
    const checked = checkDefinition(entry);
    if ("issues" in checked) {
      const wrong = checked.issues.map(({ field, issue }) => `${field} ${issue}`);
      throw new TypeError(`${path}, entry ${place + 1}${name}: ${wrong.join("; ")}.`);
    }
    const { definition } = checked;
    if (names.has(definition.name))
      throw new TypeError(`${path}, entry ${place + 1}${name}: name is that of an earlier entry.`);
    names.add(definition.name);
    return { ...definition, directory: resolve(dirname(path), definition.directory) };
  });
}

function toPlain(document: ReturnType<typeof parseDocument>, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new TypeError(`${path} can't be read as YAML: ${(error as Error).message}.`);
  }
}
