import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  attemptContext,
  type ContractSubject,
  describeExecutorContract,
  taskConfigOf,
} from "../../contract.ts";
import { createEffectSink } from "./effect-sink.ts";
import { createNoopExecutor } from "./noop.ts";

const noop = (parameters: Record<string, unknown>) => taskConfigOf({ type: "test.noop", parameters });

describeExecutorContract("test.noop", async (): Promise<ContractSubject> => {
  const folder = await mkdtemp(join(tmpdir(), "ade-noop-"));
  const sink = createEffectSink(folder);
  return {
    executor: createNoopExecutor({ sink: folder }),
    config: noop({ sleep_ms: 1, output: "hello" }),
    noisy: noop({ output: "0123456789\n".repeat(60_000) }),
    bad: [
      { parameters: { sleep_ms: -1 }, field: "config.parameters.sleep_ms" },
      { parameters: { sleep_ms: 600_001 }, field: "config.parameters.sleep_ms" },
      { parameters: { sleep_ms: 1.5 }, field: "config.parameters.sleep_ms" },
      { parameters: { sleep_ms: "1" }, field: "config.parameters.sleep_ms" },
      { parameters: { fail: 1 }, field: "config.parameters.fail" },
      { parameters: { output: null }, field: "config.parameters.output" },
      { parameters: { output: "a\0b" }, field: "config.parameters.output" },
      { parameters: { output: "a\ud800b" }, field: "config.parameters.output" },
      { parameters: JSON.parse('{"__proto__":{"sleep_ms":1}}'), field: "config.parameters.__proto__" },
      { parameters: { constructor: 1 }, field: "config.parameters.constructor" },
    ],
    world: async () => ({
      effects: (await sink.read("applied")).length - (await sink.read("rolled_back")).length,
    }),
    changedKeys: (before, after) =>
      JSON.stringify(before) === JSON.stringify(after) ? [] : ["service:default/trial"],
    close: () => rm(folder, { recursive: true }),
  };
});

describe("test.noop", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ade-noop-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("records key and highest token at the effect, once for each time it takes place", async () => {
    const at = new Date("2026-01-02T03:04:05.678Z");
    const executor = createNoopExecutor({ sink: folder, clock: { now: () => at, monotonicMs: () => 0 } });
    const fencing_tokens = { "task:1": 7, "resource:service:default/trial": 9 };
    await executor.apply(noop({}), attemptContext({ idempotency_key: "a:1", fencing_tokens }));
    await executor.apply(noop({}), attemptContext({ idempotency_key: "a:1", fencing_tokens: {} }));
    expect(await createEffectSink(folder).read("applied")).toEqual([
      { idempotency_key: "a:1", fencing_token: 9, fencing_tokens, at: at.toISOString() },
      { idempotency_key: "a:1", fencing_token: null, fencing_tokens: {}, at: at.toISOString() },
    ]);
  });

  it("tells done for the recorded key only", async () => {
    const executor = createNoopExecutor({ sink: folder });
    await executor.apply(noop({}), attemptContext({ idempotency_key: "a:1" }));
    expect(await executor.inspect(null, noop({}), attemptContext({ idempotency_key: "a:1" }))).toBe("done");
    expect(await executor.inspect(null, noop({}), attemptContext({ idempotency_key: "a:2" }))).toBe(
      "untouched",
    );
  });

  it("does not count a line that a killed worker left torn", async () => {
    const executor = createNoopExecutor({ sink: folder });
    await appendFile(join(folder, "applied.jsonl"), '{"idempotency_key":"a:1","fen');
    const context = attemptContext({ idempotency_key: "a:1" });
    expect(await executor.inspect(null, noop({}), context)).toBe("untouched");
    await executor.apply(noop({}), context);
    expect(await executor.inspect(null, noop({}), context)).toBe("done");
  });

  it("has nothing to find without a sink, so it is simply run again", async () => {
    const executor = createNoopExecutor();
    await executor.apply(noop({}), attemptContext());
    expect(await executor.inspect(null, noop({}), attemptContext())).toBe("untouched");
  });

  it.each([
    [true, "It was asked to fail."],
    ["No more room.", "No more room."],
  ])("fails with %s as EXECUTION_FAILED, without effect, and its plan says so", async (fail, sentence) => {
    const executor = createNoopExecutor({ sink: folder });
    await expect(executor.apply(noop({ fail }), attemptContext())).rejects.toMatchObject({
      code: "EXECUTION_FAILED",
      message: sentence,
      retryable: false,
    });
    expect(await createEffectSink(folder).read("applied")).toEqual([]);
    expect((await executor.plan(noop({ fail }), attemptContext())).warnings).toEqual([
      `Applying will fail: ${sentence}`,
    ]);
  });

  it("has no effect once aborted, without a sleep to interrupt", async () => {
    const executor = createNoopExecutor({ sink: folder });
    const context = attemptContext({ signal: AbortSignal.abort("lost") });
    await expect(executor.apply(noop({ sleep_ms: 0 }), context)).rejects.toBe("lost");
    expect(await createEffectSink(folder).read("applied")).toEqual([]);
  });

  it("touches what the task declares", () => {
    const config = noop({});
    expect(createNoopExecutor().resources(config)).toEqual(config.resources);
  });
});
