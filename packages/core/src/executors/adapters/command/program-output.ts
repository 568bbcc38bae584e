import { createHash } from "node:crypto";
import { createOutputCollector } from "../../output.ts";
import { compileLineGlob, type LineGlob } from "./line-glob.ts";

/** A longer line is never left out of the comparison, so that it need not be kept whole. */
const MAX_LINE = 64 * 1024;

export type ProgramOutput = {
  /** Takes what the program printed; answers what can be shown now. */
  push(text: string): string;
  end(): string;
  /** What is kept, bounded. */
  text(): string;
  readonly truncated: boolean;
  /** SHA-256 (hex) over all lines but the volatile ones, however long the output. After `end()`. */
  sha256(): string;
};

/**
 * What a program prints, fit to be stored, shown and compared: the attempt's folder written as `{stash}`, control
 * characters gone, secrets masked, bounded. Memory is bounded however much comes and however it is cut.
 */
export function createProgramOutput(options: {
  folder: string;
  secrets: readonly string[];
  volatile: readonly string[];
}): ProgramOutput {
  const collector = createOutputCollector({ secrets: options.secrets });
  const hider = createHider(options.folder, "{stash}");
  const comparison = createComparison(options.volatile.map(compileLineGlob));
  const take = (shown: string): string => {
    comparison.push(shown);
    return shown;
  };
  return {
    push: (text) => take(collector.push(hider.push(text))),
    end() {
      const last = take(collector.push(hider.end())) + take(collector.end());
      comparison.end();
      return last;
    },
    text: () => collector.text(),
    get truncated() {
      return collector.truncated;
    },
    sha256: () => comparison.digest(),
  };
}

/** Replaces a text by another, also where a chunk ends inside it. */
function createHider(hidden: string, shown: string) {
  let held = "";
  return {
    push(text: string): string {
      const all = (held + text).replaceAll(hidden, shown);
      let keep = Math.min(hidden.length - 1, all.length);
      while (keep > 0 && !hidden.startsWith(all.slice(all.length - keep))) keep--;
      held = keep > 0 ? all.slice(all.length - keep) : "";
      return all.slice(0, all.length - keep);
    },
    end(): string {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

function createComparison(volatile: readonly LineGlob[]) {
  const hash = createHash("sha256");
  let line = "";
  let isLong = false;
  let digest = "";

  function endLine(): void {
    if (isLong || !volatile.some((fits) => fits(line))) hash.update(`${line}\n`);
    line = "";
    isLong = false;
  }

  return {
    push(text: string): void {
      const parts = text.split("\n");
      parts.forEach((part, place) => {
        line += part;
        if (line.length > MAX_LINE || isLong) {
          isLong = true;
          hash.update(line);
          line = "";
        }
        if (place < parts.length - 1) endLine();
      });
    },
    end(): void {
      if (line !== "" || isLong) endLine();
      digest = hash.digest("hex");
    },
    digest: () => digest,
  };
}
