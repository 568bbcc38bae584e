import type { ConnectionCheck } from "./schema.ts";

/** Why a check failed, and what to do about it. */
export class CheckFailed extends Error {
  readonly next: string | null;

  constructor(message: string, next: string | null = null) {
    super(message);
    this.next = next;
  }
}

export type Checks = readonly { readonly name: string; readonly title: string }[];

export type CheckRun = {
  /** One check: what it answers is what was found; CheckFailed fails it, and with it the test. */
  step<T>(name: string, work: () => Promise<{ message: string; found: T }>): Promise<T>;
  /** Says why a check has nothing to look at. */
  skip(name: string, message: string, next?: string): void;
};

export const waitingChecks = (checks: Checks): ConnectionCheck[] =>
  checks.map((check) => ({ ...check, state: "waiting", duration_ms: null, message: null, next: null }));

/** Whether a test that has ended went well: null where nothing was looked at. */
export function verdictOf(checks: readonly ConnectionCheck[]): boolean | null {
  if (checks.some(({ state }) => state === "failed")) return false;
  return checks.some(({ state }) => state === "passed") ? true : null;
}

/**
 * Runs checks one after the other and publishes what is known after each step. After one that failed, the rest is
 * skipped. Never rejects but with what `publish` throws; what no check should throw fails the one that it came from.
 */
export async function runChecks(
  checks: Checks,
  script: (run: CheckRun) => Promise<void>,
  publish: (checks: ConnectionCheck[]) => Promise<void>,
  nowMs: () => number,
): Promise<ConnectionCheck[]> {
  const state = waitingChecks(checks);
  const set = (name: string, more: Partial<ConnectionCheck>): void => {
    const at = state.findIndex((check) => check.name === name);
    const known = state[at];
    if (known) state[at] = { ...known, ...more };
  };
  const run: CheckRun = {
    async step(name, work) {
      const startedMs = nowMs();
      const duration_ms = () => Math.round(nowMs() - startedMs);
      set(name, { state: "running" });
      await publish([...state]);
      try {
        const { message, found } = await work();
        set(name, { state: "passed", message, duration_ms: duration_ms() });
        await publish([...state]);
        return found;
      } catch (error) {
        set(name, { state: "failed", duration_ms: duration_ms(), ...wordsOf(error) });
        throw error;
      }
    },
    skip: (name, message, next) => set(name, { state: "skipped", message, next: next ?? null }),
  };
  await script(run).catch((error: unknown) => {
    if (!state.some((check) => check.state === "failed")) {
      const [first] = state.filter((check) => check.state === "waiting");
      if (first) set(first.name, { state: "failed", ...wordsOf(error) });
    }
  });
  for (const check of state) {
    if (check.state === "waiting")
      set(check.name, { state: "skipped", message: "A check before it failed." });
  }
  await publish([...state]);
  return state;
}

function wordsOf(error: unknown): Pick<ConnectionCheck, "message" | "next"> {
  if (error instanceof CheckFailed) return { message: error.message, next: error.next };
  return { message: "It failed in a way that is not known here; the worker's log says more.", next: null };
}
