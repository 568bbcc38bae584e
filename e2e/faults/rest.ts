import { agentErrors } from "@ade/core/agents/errors";
import { approvalErrors } from "@ade/core/approvals/errors";
import { executorErrors } from "@ade/core/executors/errors";
import { identityErrors } from "@ade/core/identity/errors";
import { errors } from "@ade/core/kernel/errors";
import { lockErrors } from "@ade/core/locks/errors";
import { policyErrors } from "@ade/core/policies/errors";
import { resourceErrors } from "@ade/core/resources/errors";
import { taskErrors } from "@ade/core/tasks/errors";

/** INTERNAL is documented as a bug, so it is none of those that may come out. */
const DOCUMENTED = new Set(
  [
    errors,
    agentErrors,
    approvalErrors,
    executorErrors,
    identityErrors,
    lockErrors,
    policyErrors,
    resourceErrors,
    taskErrors,
  ]
    .flatMap((table) => Object.keys(table))
    .filter((code) => code !== "INTERNAL"),
);

export type Answer<T> = {
  /** 0 where there was none. */
  status: number;
  body: T;
  code: string | null;
};

export type Rest = {
  call<T = unknown>(key: string, method: string, path: string, body?: unknown): Promise<Answer<T>>;
  /** Failures without a documented code, said once each. */
  undocumented: Set<string>;
  calls: number;
};

/** Longer than the longest poll; a call that takes longer has no answer. */
const CALL_MS = 45_000;

/** REST as a program calls it; answers what came, also where nothing did, and keeps an eye on error codes. */
export function createRest(url: () => string): Rest {
  const rest: Rest = {
    undocumented: new Set(),
    calls: 0,
    async call<T>(key: string, method: string, path: string, body?: unknown): Promise<Answer<T>> {
      rest.calls += 1;
      let answer: Response;
      let text: string;
      try {
        answer = await fetch(`${url()}/api/v1${path}`, {
          method,
          signal: AbortSignal.timeout(CALL_MS),
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        text = await answer.text();
      } catch {
        return { status: 0, body: undefined as T, code: null };
      }
      const parsed = text === "" ? undefined : JSON.parse(text);
      const code: string | null = answer.ok ? null : (parsed?.error?.code ?? "no code");
      if (code !== null && !DOCUMENTED.has(code)) {
        rest.undocumented.add(
          `${method} ${path.replaceAll(/[0-9a-f-]{36}/g, ":id")} answered ${answer.status} ${code}`,
        );
      }
      return { status: answer.status, body: parsed as T, code };
    },
  };
  return rest;
}
