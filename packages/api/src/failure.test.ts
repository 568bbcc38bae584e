import { errors } from "@ade/core/kernel/errors";
import { TRPCError } from "@trpc/server";
import { expect, test } from "vitest";
import { z } from "zod";
import { envelopeOf, failureOf } from "./failure.ts";

const schema = z.strictObject({
  name: z.string().max(3),
  password: z.string().min(10),
  nested: z.strictObject({ n: z.int() }),
});

function refused(input: unknown) {
  const cause = schema.safeParse(input).error;
  return failureOf(new TRPCError({ code: "BAD_REQUEST", cause }), input);
}

test("a wrong field is named with its issue and its value", () => {
  const failure = refused({ name: "four", password: "long enough", nested: { n: 1.5 } });
  expect(failure.status).toBe(400);
  expect(failure.details).toEqual([
    { field: "name", issue: expect.any(String), value: "four" },
    { field: "nested.n", issue: expect.any(String), value: 1.5 },
  ]);
});

test("a secret's value is never sent back, nor that of an unknown field", () => {
  const failure = refused({ name: "a", password: "hunter2", nested: { n: 1 }, api_key: "ade_x" });
  expect(JSON.stringify(failure.details)).not.toMatch(/hunter2|ade_x/);
  expect(failure.details).toContainEqual({ field: "api_key", issue: "is not a known field" });
});

test("an unforeseen error says nothing of itself", () => {
  const failure = failureOf(new Error("password=hunter2 at /srv/db.ts:3"));
  const envelope = envelopeOf(failure, "request-1");
  expect(envelope.error.code).toBe("INTERNAL");
  expect(JSON.stringify(envelope)).not.toMatch(/hunter2|srv/);
});

test("an answer that breaks its own schema is our fault, not the caller's", () => {
  const cause = z.string().safeParse(1).error;
  expect(failureOf(new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause })).code).toBe("INTERNAL");
});

test.each([
  [Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "DEPENDENCY_UNAVAILABLE"],
  [Object.assign(new Error("x"), { code: "57P01" }), "DEPENDENCY_UNAVAILABLE"],
  // A process that may open no connection more.
  [Object.assign(new Error("connect EMFILE 127.0.0.1:5432"), { code: "EMFILE" }), "DEPENDENCY_UNAVAILABLE"],
  [new Error("Connection terminated unexpectedly"), "DEPENDENCY_UNAVAILABLE"],
  // What a request gets that is still open while the process stops.
  [new Error("Cannot use a pool after calling end on the pool"), "DEPENDENCY_UNAVAILABLE"],
  [new Error("x", { cause: Object.assign(new Error("y"), { code: "P1001" }) }), "DEPENDENCY_UNAVAILABLE"],
  [Object.assign(new Error("x"), { code: "40001" }), "CONFLICT"],
  [Object.assign(new Error("x"), { code: "22P05" }), "VALIDATION_ERROR"],
  [
    Object.assign(new Error("x"), { code: "FST_ERR_CTP_BODY_TOO_LARGE", statusCode: 413 }),
    "PAYLOAD_TOO_LARGE",
  ],
  [Object.assign(new SyntaxError("x"), { statusCode: 400 }), "VALIDATION_ERROR"],
])("%o is %s", (thrown, code) => {
  expect(failureOf(thrown).code).toBe(code);
});

test("a coded error passes as it is, from inside tRPC too", () => {
  const coded = errors.CONFLICT();
  expect(failureOf(coded)).toBe(coded);
  expect(failureOf(new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: coded }))).toBe(coded);
});
