import { isCoded } from "../kernel/errors.ts";
import { cleanText } from "./output.ts";

/**
 * A sentence about anything that was thrown, fit to be stored and shown. What is no expected failure may hold
 * internals and is only named. `what` was going on ("Planning").
 */
export function failureText(thrown: unknown, what: string): string {
  if (isCoded(thrown)) return cleanText(thrown.message);
  const code =
    thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? ` (${thrown.code})` : "";
  return cleanText(`${what} failed unexpectedly${code}; the server's log says more.`);
}
