import { describe, expect, test } from "vitest";
import { compileGlob, compileNameGlob } from "../resources/service.ts";
import { statusOf } from "./health.ts";
import { mayPropose } from "./may-propose.ts";

describe("an agent's status", () => {
  const now = new Date("2026-01-05T09:00:00.000Z");
  const silent = (ms: number, more: object = {}) =>
    statusOf(
      { paused: false, active_tasks: 0, last_heartbeat_at: new Date(now.getTime() - ms), ...more },
      now,
    );

  test("follows its last heartbeat, stale from the first millisecond after 30 s", () => {
    expect(silent(0)).toBe("idle");
    expect(silent(0, { active_tasks: 1 })).toBe("active");
    expect(silent(30_000, { active_tasks: 1 })).toBe("active");
    expect(silent(30_001, { active_tasks: 1 })).toBe("stale");
    expect(silent(0, { last_heartbeat_at: null })).toBe("unknown");
  });

  test("is paused where it is, whatever else is true; a clock that went back makes nobody stale", () => {
    expect(silent(90_000, { paused: true })).toBe("paused");
    expect(silent(0, { paused: true, last_heartbeat_at: null })).toBe("paused");
    expect(silent(-120_000)).toBe("idle");
  });
});

describe("what an agent may propose", () => {
  const matchers = { type: compileNameGlob, key: compileGlob };
  const all = { paused: false, task_types: null, scopes: null };
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
  });
});
