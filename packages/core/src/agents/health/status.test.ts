import { describe, expect, test } from "vitest";
import { statusOf } from "./status.ts";

describe("an agent's status", () => {
  const now = new Date("2026-01-05T09:00:00.000Z");
  const silent = (ms: number, more: object = {}) =>
    statusOf(
      {
        paused: false,
        draining: false,
        active_tasks: 0,
        last_heartbeat_at: new Date(now.getTime() - ms),
        ...more,
      },
      now,
    );

  test("follows its last heartbeat, stale from the first millisecond after 30 s", () => {
    expect(silent(0)).toBe("idle");
    expect(silent(0, { active_tasks: 1 })).toBe("active");
    expect(silent(30_000, { active_tasks: 1 })).toBe("active");
    expect(silent(30_001, { active_tasks: 1 })).toBe("stale");
    expect(silent(0, { last_heartbeat_at: null })).toBe("unknown");
  });

  test("is draining where it was told to, also when it has ended", () => {
    expect(silent(0, { draining: true, active_tasks: 3 })).toBe("draining");
    expect(silent(90_000, { draining: true })).toBe("draining");
    expect(silent(0, { draining: true, paused: true })).toBe("paused");
  });

  test("is paused where it is, whatever else is true; a clock that went back makes nobody stale", () => {
    expect(silent(90_000, { paused: true })).toBe("paused");
    expect(silent(0, { paused: true, last_heartbeat_at: null })).toBe("paused");
    expect(silent(-120_000)).toBe("idle");
  });
});
