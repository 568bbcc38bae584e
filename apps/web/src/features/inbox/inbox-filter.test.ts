import { describe, expect, it } from "vitest";
import { conditionCount, filterOf } from "./inbox-filter.ts";

const url = (query: Record<string, string | string[]>) => {
  const list = (name: string) => [query[name] ?? []].flat();
  return { list, text: (name: string) => list(name)[0] ?? "" };
};

describe("a filter in the address", () => {
  it("is read whole, in one order whatever the address's", () => {
    const filter = filterOf(
      url({
        q: "payments",
        risk: ["CRITICAL", "HIGH"],
        type: "sql.migrate",
        author: ["1"],
        target: "db",
        due: "24",
      }),
    );
    expect(filter).toEqual({
      search: "payments",
      risk: ["HIGH", "CRITICAL"],
      type: ["sql.migrate"],
      author: ["1"],
      target: "db",
      due_within_hours: 24,
    });
    expect(conditionCount(filter)).toBe(5);
  });

  it("leaves out what cannot be meant", () => {
    expect(filterOf(url({ risk: ["SEVERE"], due: "soon" }))).toEqual({});
    expect(filterOf(url({ due: "99999" }))).toEqual({ due_within_hours: 720 });
    expect(conditionCount(filterOf(url({ q: "x" })))).toBe(0);
  });
});
