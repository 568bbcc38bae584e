import { describe, expect, test } from "vitest";
import { z } from "zod";
import { decodeQuery } from "./rest-query.ts";

const schema = z.strictObject({
  flag: z.boolean().optional(),
  page: z.int().min(1).default(1),
  ratio: z.number().nullable().optional(),
  state: z.array(z.enum(["A", "B"])).optional(),
  ids: z.array(z.int()).optional(),
  text: z.string().optional(),
});

test.each([
  [{ flag: "true" }, { flag: true }],
  [{ flag: "false" }, { flag: false }],
  [{ page: "7" }, { page: 7 }],
  [{ ratio: "-0.5" }, { ratio: -0.5 }],
  [{ state: "A" }, { state: ["A"] }],
  [{ state: ["A", "B"] }, { state: ["A", "B"] }],
  [{ "state[]": "A" }, { state: ["A"] }],
  [{ ids: ["1", "2"] }, { ids: [1, 2] }],
  [{ text: "true" }, { text: "true" }],
  [{ text: "12" }, { text: "12" }],
])("%j is read as %j", (raw, expected) => {
  expect(decodeQuery(schema, raw)).toEqual(expected);
});

describe("what does not read as wanted stays, and the schema refuses it", () => {
  test.each([
    { flag: "yes" },
    { flag: "1" },
    { flag: "" },
    { page: "1e3" },
    { page: " 1" },
    { page: "0x10" },
    { page: "" },
    { page: ["1", "2"] },
    { text: ["a", "b"] },
    { unknown: "1" },
    { state: "C" },
  ])("%j", (raw) => {
    expect(schema.safeParse(decodeQuery(schema, raw)).success).toBe(false);
  });
});
