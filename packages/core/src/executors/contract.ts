import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { isCoded } from "../kernel/errors.ts";
import { canonicalKey } from "../resources/service.ts";
import { sameChanges } from "./content.ts";
import { OUTPUT_LIMIT_BYTES } from "./output.ts";
import { type ApplyContext, asWritten, type Executor, type Json } from "./port.ts";
import { createRegistry } from "./registry.ts";
import { preview, type TaskConfig } from "./schema.ts";

/** One executor with a small world of its own, made anew for each test. */
export type ContractSubject = {
  executor: Executor;
  /** A configuration whose effect shows in the world. */
  config: TaskConfig;
  /** One that prints more than is kept, where the executor can. */
  noisy?: TaskConfig;
  /** Parameters that must be refused, and the field that the refusal must name. */
  bad: readonly { parameters: Record<string, unknown>; field: string }[];
  /** Everything that applying could reach, in comparable form. */
  world(): Promise<Json>;
  /** Canonical keys of the resources in which two worlds differ. */
  changedKeys(before: Json, after: Json): string[];
  /** Somebody else changes what the configuration is about. */
  disturb?(): Promise<void>;
  /** Leaves an apply half done. */
  halve?(): Promise<void>;
  close(): Promise<void>;
};

type Watched = ApplyContext & { streamed: string[] };

/** A context for one attempt; `over` replaces members. */
export function attemptContext(over: Partial<ApplyContext> = {}): Watched {
  const streamed: string[] = [];
  return {
    signal: new AbortController().signal,
    reveal: asWritten,
    idempotency_key: "0192f0c4-0000-7000-8000-000000000001:1",
    fencing_tokens: { "task:0192f0c4-0000-7000-8000-000000000001": 41 },
    report: () => undefined,
    output: (chunk) => streamed.push(chunk),
    standBy: () => undefined,
    ...over,
    streamed,
  };
}

/** A configuration with every default filled in. */
export function taskConfigOf(
  over: Partial<TaskConfig> & Pick<TaskConfig, "type" | "parameters">,
): TaskConfig {
  return {
    version: "1.0.0",
    description: "A trial",
    resources: [{ type: "service", id: "trial", scope: "namespace", actions: ["execute"] }],
    secrets: [],
    rollback_strategy: "automatic",
    timeout_seconds: 300,
    priority: 50,
    ...over,
  };
}

/** What every executor promises (apply.md, "Executors"); run it in the executor's own test file. */
export function describeExecutorContract(name: string, factory: () => Promise<ContractSubject>): void {
  describe(`executor contract: ${name}`, () => {
    let subject: ContractSubject;
    beforeEach(async () => {
      subject = await factory();
    });
    afterEach(() => subject.close());

    const plan = () => subject.executor.plan(subject.config, attemptContext());
    const stash = () => subject.executor.stash(subject.config, attemptContext());
    const apply = async () =>
      subject.executor.apply(subject.config, attemptContext({ stash: await stash() }));

    it("is well declared", async () => {
      const { executor } = subject;
      expect(() => createRegistry([executor])).not.toThrow();
      expect(executor.worst_case).toBeGreaterThanOrEqual(0);
      expect(executor.worst_case).toBeLessThanOrEqual(100);
      const { parameters } = executor.example as { parameters: Record<string, unknown> };
      await expect(createRegistry([executor]).validate({ ...subject.config, parameters })).resolves.toBe(
        undefined,
      );
    });

    it("gives one digest to one configuration", () => {
      expect(subject.executor.digest(subject.config)).toBe(
        subject.executor.digest(structuredClone(subject.config)),
      );
    });

    it("plans validly, without effect, and twice the same", async () => {
      const before = await subject.world();
      const [first, second] = [await plan(), await plan()];
      expect(preview.parse(first)).toMatchObject({ valid: true, errors: [] });
      expect(sameChanges(first.changes, second.changes, subject.executor.volatile)).toBe(true);
      expect(await subject.world()).toEqual(before);
    });

    it("stashes and inspects without effect, as JSON", async () => {
      const before = await subject.world();
      const stashed = await stash();
      expect(JSON.parse(JSON.stringify(stashed))).toEqual(stashed);
      await subject.executor.inspect(stashed, subject.config, attemptContext());
      expect(await subject.world()).toEqual(before);
    });

    it("changes exactly what the plan and resources() said", async () => {
      const before = await subject.world();
      const planned = await plan();
      await apply();
      const changed = subject.changedKeys(before, await subject.world()).sort();
      expect(changed.length).toBeGreaterThan(0);
      expect([...new Set(planned.changes.map((change) => canonicalKey(change.resource)))].sort()).toEqual(
        changed,
      );
      const touched = subject.executor.resources(subject.config).map((ref) => canonicalKey(ref));
      expect(touched).toEqual(expect.arrayContaining(changed));
    });

    it("tells untouched, done, and untouched again after rolling back", async () => {
      const { executor, config } = subject;
      const stashed = JSON.parse(JSON.stringify(await stash())) as Json;
      const before = await subject.world();
      expect(await executor.inspect(stashed, config, attemptContext())).toBe("untouched");
      await executor.apply(config, attemptContext({ stash: stashed }));
      expect(await executor.inspect(stashed, config, attemptContext())).toBe("done");
      await executor.rollback(stashed, attemptContext());
      expect(await executor.inspect(stashed, config, attemptContext())).toBe("untouched");
      expect(await subject.world()).toEqual(before);
    });

    it("rolls back twice as once, and what was never applied", async () => {
      const stashed = await stash();
      const before = await subject.world();
      await subject.executor.rollback(stashed, attemptContext());
      expect(await subject.world()).toEqual(before);
      await subject.executor.apply(subject.config, attemptContext({ stash: stashed }));
      await subject.executor.rollback(stashed, attemptContext());
      await subject.executor.rollback(stashed, attemptContext());
      expect(await subject.world()).toEqual(before);
    });

    it("tells somebody else's change, and neither overwrites nor undoes it", async ({ skip }) => {
      if (!subject.disturb) return skip();
      const { executor, config } = subject;
      const stashed = await stash();
      await subject.disturb();
      const disturbed = await subject.world();
      expect(await executor.inspect(stashed, config, attemptContext())).toBe("foreign");
      await expect(executor.apply(config, attemptContext({ stash: stashed }))).rejects.toThrow();
      await expect(executor.rollback(stashed, attemptContext())).rejects.toThrow();
      expect(await subject.world()).toEqual(disturbed);
    });

    it("tells a half-done apply, and rolls it back", async ({ skip }) => {
      if (!subject.halve) return skip();
      const { executor, config } = subject;
      const before = await subject.world();
      const stashed = await stash();
      await subject.halve();
      expect(await executor.inspect(stashed, config, attemptContext())).toBe("partial");
      await executor.rollback(stashed, attemptContext());
      expect(await subject.world()).toEqual(before);
    });

    it("does nothing once its signal is aborted, before and during", async () => {
      const { executor, config } = subject;
      const before = await subject.world();
      const stashed = await stash();
      const aborted = attemptContext({ signal: AbortSignal.abort("lost"), stash: stashed });
      await expect(executor.apply(config, aborted)).rejects.toBeDefined();
      const controller = new AbortController();
      const during = attemptContext({
        signal: controller.signal,
        stash: stashed,
        report: () => controller.abort("lost"),
      });
      await expect(executor.apply(config, during)).rejects.toBeDefined();
      expect(controller.signal.aborted).toBe(true);
      expect(await subject.world()).toEqual(before);
    });

    it("keeps its output bounded, streamed and returned", async () => {
      const context = attemptContext();
      const { output } = await subject.executor.apply(subject.noisy ?? subject.config, context);
      expect(Buffer.byteLength(output)).toBeLessThanOrEqual(OUTPUT_LIMIT_BYTES + 100);
      if (subject.noisy) expect(output).toMatch(/bytes left out/);
    });

    it("refuses bad parameters and names the field", async () => {
      const registry = createRegistry([subject.executor]);
      const before = await subject.world();
      const bad = [
        ...subject.bad,
        {
          parameters: { ...subject.config.parameters, unheard_of: 1 },
          field: "config.parameters.unheard_of",
        },
      ];
      for (const { parameters, field } of bad) {
        const refusal = await registry.validate({ ...subject.config, parameters }).catch((error) => error);
        expect(isCoded(refusal, "VALIDATION_ERROR"), canonicalJson({ field })).toBe(true);
        expect((refusal.details as { field: string }[]).map((issue) => issue.field)).toContain(field);
      }
      expect(await subject.world()).toEqual(before);
    });
  });
}
