import { describe, expect, test } from "vitest";
import { compileGlob, compileNameGlob } from "../resources/service.ts";
import { mayPropose, TOOL_CALL_TYPE } from "./may-propose.ts";

describe("what an agent may propose", () => {
  const matchers = { type: compileNameGlob, key: compileGlob };
  const all = { paused: false, draining: false, task_types: null, scopes: null };
  const keys = ["database:prod/main", "service:prod/web"];
  const ask = (more: object, type = "configuration.file") =>
    mayPropose({ ...all, ...more }, type, keys, matchers);

  test("is everything where nothing is said, and nothing where a list is empty", () => {
    expect(ask({})).toEqual({ ok: true });
    expect(ask({ task_types: [] })).toEqual({ ok: false, why: "type" });
    expect(ask({ scopes: [] })).toEqual({ ok: false, why: "resources", keys });
  });

  test("is of the allowed types only, and only where every resource is allowed", () => {
    expect(ask({ task_types: ["test.*", "configuration.*"] })).toEqual({ ok: true });
    expect(ask({ task_types: ["test.*"] })).toEqual({ ok: false, why: "type" });
    expect(ask({ scopes: ["database:*", "service:prod/*"] })).toEqual({ ok: true });
    expect(ask({ scopes: ["database:prod/*"] })).toEqual({
      ok: false,
      why: "resources",
      keys: ["service:prod/web"],
    });
  });

  test("is nothing while it is paused", () => {
    expect(ask({ paused: true })).toEqual({ ok: false, why: "paused" });
    expect(ask({ paused: true, draining: true }, TOOL_CALL_TYPE)).toEqual({ ok: false, why: "paused" });
  });

  test("is nothing new while it drains, but what it has already, and the calls that it needs for that", () => {
    const draining = { ...all, draining: true };
    expect(ask({ draining: true })).toEqual({ ok: false, why: "draining" });
    expect(mayPropose(draining, "configuration.file", keys, matchers, true)).toEqual({ ok: true });
    expect(ask({ draining: true }, TOOL_CALL_TYPE)).toEqual({ ok: true });
  });
});
