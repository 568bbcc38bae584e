import { createContext, Script } from "node:vm";

/** A backtracking pattern can take for ever on a value of thirty characters. */
const LIMIT_MS = 100;
const TEST = new Script("pattern.test(text)");

type GuardedPattern = { test(text: string): boolean; toString(): string };

/**
 * Regular expressions for Ajv that an admin wrote and everybody's values are held against: one that takes too long
 * fits nothing, instead of holding up the process.
 */
export function guardedPattern(source: string, flags: string): GuardedPattern {
  const scope = { pattern: new RegExp(source, flags), text: "" };
  const context = createContext(scope);
  return {
    test(text) {
      scope.text = text;
      try {
        return TEST.runInContext(context, { timeout: LIMIT_MS }) === true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
        throw error;
      } finally {
        scope.text = "";
      }
    },
    // Ajv tells patterns apart by this.
    toString: () => String(scope.pattern),
  };
}
guardedPattern.code = "guardedPattern";
