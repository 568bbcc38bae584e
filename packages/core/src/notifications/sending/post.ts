import { type ReachRules, reach, reasonOf, send } from "../../egress/service.ts";

const TIMEOUT_MS = 10_000;

/** How a message got on: a status where the other side answered, else why it did not, without addresses. */
export type Posted =
  | { readonly status: number; readonly error: null }
  | { readonly status: null; readonly error: string };

/**
 * Posts once, to the address that was checked and no other; follows no redirect, reads no answer beyond its status.
 * Never throws.
 */
export async function post(
  rules: ReachRules,
  url: string,
  message: { body: string; headers: Readonly<Record<string, string>> },
): Promise<Posted> {
  try {
    const target = new URL(url);
    const reached = await reach(target, rules);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { status } = await send(target, reached, {
      method: "POST",
      ...message,
      signal,
      answerLimitBytes: 0,
    });
    return { status, error: null };
  } catch (error) {
    return { status: null, error: reasonOf(error) };
  }
}
