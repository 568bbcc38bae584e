import { cleanText } from "../executors/service.ts";
import { isCoded } from "../kernel/errors.ts";

/**
 * A sentence about anything that was thrown, fit to be stored and shown. What is no expected failure may hold
 * internals and is only named.
 */
export function failureText(thrown: unknown, what: string): string {
  if (isCoded(thrown)) return cleanText(thrown.message);
  const code =
    thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? ` (${thrown.code})` : "";
  return cleanText(`${what} failed unexpectedly${code}; the server's log says more.`);
}
