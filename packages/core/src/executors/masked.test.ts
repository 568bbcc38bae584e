import { expect, it } from "vitest";
import { MASK } from "../kernel/mask.ts";
import { createNoopExecutor } from "./adapters/noop/noop.ts";
import { attemptContext, taskConfigOf } from "./contract.ts";
import { ExecutorFailure } from "./errors.ts";
import { maskedExecutor } from "./masked.ts";
import type { Executor } from "./port.ts";

const SECRET = "p\"w/ä ß&ö<'-0123456789";
const config = taskConfigOf({ type: "test.noop", parameters: {} });
const echoing = (over: Partial<Executor>): Executor =>
  maskedExecutor({ ...createNoopExecutor(), ...over }, [SECRET]);

const SPELLINGS: Record<string, string> = {
  plain: SECRET,
  "URL-encoded": encodeURIComponent(SECRET),
  "URL-encoded with small letters": encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase()),
  "form-encoded": new URLSearchParams({ p: SECRET }).toString(),
  "in JSON": JSON.stringify({ SECRET }),
  "in JSON in JSON": JSON.stringify(JSON.stringify({ SECRET })),
  "in Go's JSON": JSON.stringify(SECRET).replaceAll("&", "\\u0026").replaceAll("<", "\\u003c"),
  "in Python's JSON": JSON.stringify(SECRET).replace(
    /[äßö]/g,
    (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
  ),
  "in a literal of SQL": SECRET.replaceAll("'", "''"),
  "in HTML": SECRET.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;"),
  "URL-encoded where it must be": encodeURI(SECRET),
  base64: Buffer.from(SECRET).toString("base64"),
  "base64 of several lines": Buffer.from(`a client of ${SECRET}`)
    .toString("base64")
    .replace(/.{20}/g, "$&\n"),
  "Basic of one letter": Buffer.from(`u:${SECRET}`).toString("base64"),
  "Basic of two letters": Buffer.from(`us:${SECRET}`).toString("base64"),
  "Basic of three letters": Buffer.from(`use:${SECRET}:x`).toString("base64url"),
  hex: Buffer.from(SECRET).toString("hex"),
};

it.each(Object.entries(SPELLINGS))("masks a value that is %s", async (_name, spelling) => {
  const text = `before ${spelling} after`;
  const executor = echoing({
    plan: async () => ({
      valid: true,
      changes: [{ resource: config.resources[0]!, action: "write", before: { [text]: [text] }, diff: text }],
      warnings: [text],
      errors: [text],
      affected_services: [],
    }),
    apply: async (_config, context) => {
      for (const letter of text) context.output(letter);
      context.report({ message: text });
      return { output: text };
    },
  });
  const context = attemptContext();
  const reported: string[] = [];
  const watched = { ...context, report: ({ message }: { message: string }) => void reported.push(message) };
  const { output } = await executor.apply(config, watched);
  const shown = [
    JSON.stringify(await executor.plan(config, context)),
    context.streamed.join(""),
    reported.join(""),
    output,
  ];
  for (const each of shown) {
    expect(each).toContain(MASK);
    // However it was spelled, its middle is not there any more.
    expect(each).not.toContain(spelling.slice(8, -8));
    expect(each).toMatch(/before .*after/s);
  }
});

it("masks failures with their causes and details, which stay what they were", async () => {
  const failure = new ExecutorFailure(`It said ${SECRET}`, {
    retryable: true,
    details: { tried: [SECRET] },
    cause: Object.assign(new Error(`connect ${SECRET}`), { code: "ECONNREFUSED", request: { SECRET } }),
  });
  const executor = echoing({ apply: () => Promise.reject(failure), stash: () => Promise.reject(SECRET) });
  const thrown = await executor.apply(config, attemptContext()).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ExecutorFailure);
  expect(thrown).toMatchObject({
    code: "EXECUTION_FAILED",
    status: 500,
    retryable: true,
    message: `It said ${MASK}`,
    details: { tried: [MASK] },
    cause: { message: `connect ${MASK}`, code: "ECONNREFUSED" },
  });
  const { inspect } = await import("node:util");
  expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(SECRET);
  await expect(executor.stash(config, attemptContext())).rejects.toBe(MASK);
});

it("passes a caller's own reason, and a signal that is looked up anew", async () => {
  const reason = new Error("drained");
  const stop = new AbortController();
  const executor = echoing({
    apply: async (_config, context) => {
      stop.abort(reason);
      context.signal.throwIfAborted();
      return { output: "" };
    },
  });
  let looks = 0;
  const context = {
    ...attemptContext(),
    get signal() {
      looks += 1;
      return stop.signal;
    },
  };
  await expect(executor.apply(config, context)).rejects.toBe(reason);
  expect(looks).toBeGreaterThan(1);
});

it("is the executor itself where nothing is to be hidden", () => {
  const executor = createNoopExecutor();
  expect(maskedExecutor(executor, [])).toBe(executor);
});
