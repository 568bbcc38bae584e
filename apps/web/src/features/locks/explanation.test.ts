import { describe, expect, it } from "vitest";
import { readable } from "./explanation.ts";

describe("explanation", () => {
  it("names whom it is about and tells local times, and leaves keys as they are", () => {
    const text =
      "m-1 (of 01a1fc93-e152-72ee-af44-bab870c08706) holds resource:database:demo/b-2 since 2026-11-21T05:54:43.768Z.";
    const told = readable(text, (id) => (id.startsWith("01a1fc93") ? "Schema migrator" : id));
    expect(told).toMatch(
      /^m-1 \(of Schema migrator\) holds resource:database:demo\/b-2 since .*\d\d:54:43\.$/,
    );
  });
});
