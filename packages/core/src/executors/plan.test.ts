import { describe, expect, it } from "vitest";
import { createNoopExecutor } from "./adapters/noop/noop.ts";
import { taskConfigOf } from "./contract.ts";
import { ExecutorFailure } from "./errors.ts";
import { planSafely } from "./plan.ts";
import { asWritten, type Executor } from "./port.ts";
import { type Preview, preview } from "./schema.ts";
import { createExecutorsService } from "./service.ts";
import { unionOf } from "./touched.ts";

const config = taskConfigOf({ type: "test.noop", parameters: {} });
const context = () => ({ signal: new AbortController().signal, reveal: asWritten });
const planning = (plan: Executor["plan"], over: Partial<Executor> = {}): Executor => ({
  ...createNoopExecutor(),
  plan,
  ...over,
});
const valid: Preview = { valid: true, changes: [], warnings: [], errors: [], affected_services: [] };
const circular: Record<string, unknown> = {};
circular.self = circular;

describe("planning", () => {
  it("shows an expected failure's own sentence", async () => {
    const answer = await planSafely(
      planning(async () => {
        throw new ExecutorFailure("The folder is not there.");
      }),
      config,
      context(),
    );
    expect(answer).toEqual({ ...valid, valid: false, errors: ["The folder is not there."] });
  });

  it.each([
    ["an error", new Error("canary /srv/internal")],
    ["text", "canary"],
    ["null", null],
    ["undefined", undefined],
    ["a circular object", circular],
    ["an object without prototype", Object.create(null)],
    ["a symbol", Symbol("canary")],
  ])(
    "turns %s that is thrown into one sentence without internals, and tells the log",
    async (_name, thrown) => {
      const bugs: unknown[] = [];
      const executor = planning(() => {
        throw thrown;
      });
      const answer = await planSafely(executor, config, context(), { onBug: (bug) => bugs.push(bug) });
      expect(preview.parse(answer)).toMatchObject({
        valid: false,
        errors: [expect.stringMatching(/^Planning /)],
      });
      expect(JSON.stringify(answer)).not.toContain("canary");
      expect(bugs).toEqual([thrown]);
    },
  );

  it.each([undefined, null, {}, { valid: true }, { ...valid, extra: 1 }, { ...valid, changes: [{}] }])(
    "does not take %j for a preview",
    async (answer) => {
      const executor = planning(async () => answer as unknown as Preview);
      expect(await planSafely(executor, config, context())).toMatchObject({ valid: false });
    },
  );

  it("ends a plan that never ends at the deadline, and tells it to stop", async () => {
    let signal: AbortSignal | undefined;
    const executor = planning((_config, given) => {
      signal = given.signal;
      return new Promise(() => undefined);
    });
    const service = createExecutorsService({ adapters: [executor], planDeadlineMs: 20 });
    expect(await service.plan(config, context())).toMatchObject({
      valid: false,
      errors: ["The plan took longer than 0.02 s."],
    });
    expect(signal?.aborted).toBe(true);
  });

  it("rejects with the caller's reason where the caller gives up: that says nothing about the plan", async () => {
    const controller = new AbortController();
    const executor = planning(() => {
      controller.abort("drained");
      return new Promise(() => undefined);
    });
    await expect(planSafely(executor, config, { ...context(), signal: controller.signal })).rejects.toBe(
      "drained",
    );
    await expect(
      planSafely(executor, config, { ...context(), signal: AbortSignal.abort("lost") }),
    ).rejects.toBe("lost");
  });

  it("warns of what is touched beyond what is declared, and of more done to it than declared", async () => {
    const ref = (id: string, actions: ("read" | "write" | "delete")[], namespace?: string) =>
      ({ type: "database", id, scope: "namespace", actions, ...(namespace && { namespace }) }) as const;
    const executor = planning(async () => ({ ...valid, warnings: ["its own"] }), {
      resources: () => [
        ref("main", ["write"], "prod"),
        ref("aux", ["read", "delete"]),
        ref("MAIN", ["read"]),
      ],
    });
    const declared = { ...config, resources: [ref("main", ["read"]), ref("aux", ["read"], "Default")] };
    expect((await planSafely(executor, declared, context())).warnings).toEqual([
      "its own",
      "touches database:prod/main, which the task does not declare",
      "touches database:default/aux (delete), which the task does not declare",
    ]);
    expect(unionOf(declared.resources, executor.resources(declared))).toEqual([
      ref("main", ["read"]),
      ref("aux", ["read", "delete"], "Default"),
      ref("main", ["write"], "prod"),
    ]);
  });
});
