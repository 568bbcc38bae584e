import { type TaskConfig, taskConfig } from "../executors/schema.ts";
import type { ApplyContext, Executor, Inspection, Json } from "../executors/service.ts";
import { randomIds } from "../kernel/ids.ts";

type Steps = {
  plan: () => Promise<void>;
  stash: () => Promise<Json>;
  apply: (context: ApplyContext) => Promise<void>;
  inspect: () => Promise<Inspection>;
  rollback: (context: ApplyContext) => Promise<void>;
  /** A name that a changed definition touches beside what is declared. */
  touches: string | null;
};

const STEPS: Steps = {
  plan: async () => undefined,
  stash: async () => null,
  apply: async () => undefined,
  inspect: async () => "untouched",
  rollback: async () => undefined,
  touches: null,
};

export type Odd = Steps & {
  executor: Executor;
  /** Idempotency keys, as it was asked. */
  readonly applied: string[];
  readonly rolledBack: string[];
  task(over?: Partial<TaskConfig>): TaskConfig;
  reset(): void;
};

/** An executor of `test.odd` whose every step does as the test says. */
export function oddExecutor({ type = "test.odd", retry = true } = {}): Odd {
  const odd: Odd = {
    ...STEPS,
    applied: [],
    rolledBack: [],
    task: (over = {}) =>
      taskConfig.parse({
        type,
        description: "Do as the test says",
        resources: [{ type: "service", id: `odd-${randomIds.uuid()}`, actions: ["execute"] }],
        parameters: {},
        ...over,
      }),
    reset() {
      Object.assign(odd, STEPS);
      odd.applied.length = 0;
      odd.rolledBack.length = 0;
    },
    executor: {
      types: [type],
      title: "Odd",
      description: "Does as the test says",
      parameters: { type: "object", additionalProperties: false, properties: {} },
      example: {},
      worst_case: 10,
      volatile: [],
      retry,
      cheap_plan: false,
      digest: () => "odd",
      resources: ({ resources }) =>
        odd.touches === null ? resources : [{ ...resources[0]!, id: odd.touches }],
      async plan({ resources }) {
        await odd.plan();
        const changes = resources.map((resource) => ({ resource, action: "change" }));
        return { valid: true, changes, warnings: [], errors: [], affected_services: [] };
      },
      stash: () => odd.stash(),
      async apply(_config, context) {
        odd.applied.push(context.idempotency_key);
        await odd.apply(context);
        return { output: "done" };
      },
      inspect: () => odd.inspect(),
      async rollback(_stash, context) {
        odd.rolledBack.push(context.idempotency_key);
        await odd.rollback(context);
        return { output: "back" };
      },
    },
  };
  return odd;
}
