import { describe, expect, test } from "vitest";
import { deathOf } from "./liveness.ts";
import { story, type Told } from "./story.ts";

test("one after the other, with a queue, is a good history, and is counted", () => {
  const { client, judge } = story();
  const [a, b] = [client("a"), client("b")];
  a.acquire(0).ok(2, 10);
  b.acquire(3, { wait_ms: 1_000 }).queued(4).ok(9, 11);
  a.write(5, 10);
  a.release(7, 10).ok(8);
  b.write(10, 11);
  b.release(11, 11).ok(12);
  expect(judge()).toMatchObject({
    violations: [],
    ...{ operations: 6, keys: 1, grants: 2, waits: 1, writes: 2, refused_writes: 0, overtakes: 0 },
  });
});

describe("mutual exclusion", () => {
  test("a write under an older token after a newer one is found; one that the fence refused is not", () => {
    const { client, rules, judge } = story();
    client("b").write(1, 11);
    client("a").write(2, 10, "exclusive", false);
    expect(rules()).toEqual([]);
    client("a").write(3, 10);
    expect(rules()).toEqual(["stale-write"]);
    expect(judge().violations[0]!.sentence).toBe("a wrote to k under token 10 after token 11 had.");
  });

  test("readers may read beside each other in any order, but not after a later writer, nor he after later readers", () => {
    const { client, rules } = story();
    const [a, b] = [client("a"), client("b")];
    a.write(1, 11, "shared");
    b.write(2, 10, "shared");
    expect(rules()).toEqual([]);
    b.write(3, 9);
    a.write(4, 8, "shared");
    expect(rules()).toEqual(["stale-write", "stale-write"]);
  });

  test("two holders who trust their locks at once are found, also where the first only shares", () => {
    for (const mode of ["exclusive", "shared"] as const) {
      const { client, rules } = story();
      client("a").acquire(0, { mode }).ok(1, 10);
      client("b").acquire(100).ok(101, 11);
      expect(rules()).toContain("two-holders");
    }
  });

  test("two who share, one who stopped trusting, one who was told, and one who let go are no second holder", () => {
    const { client, rules } = story();
    client("a").acquire(0, { mode: "shared" }).ok(1, 10);
    client("b").acquire(2, { mode: "shared" }).ok(3, 11);
    const [c, d, e] = [client("c", "other"), client("d", "other"), client("e", "other")];
    c.acquire(0).ok(1, 20, 3_000);
    d.acquire(5_100).ok(5_101, 21);
    d.heartbeat(10_300, 21).fail(10_301, "NOT_FOUND");
    e.acquire(10_302).ok(10_303, 22);
    expect(rules()).toEqual([]);
  });
});

describe("the register", () => {
  test("a grant before the one before can be over has no place", () => {
    const { client, rules } = story();
    client("a").acquire(0).ok(1, 10, 0);
    client("b").acquire(50).ok(51, 11, 0);
    expect(rules()).toEqual(["not-linearisable"]);
  });

  test("a release without an answer may have happened, one that failed did not", () => {
    for (const outcome of ["unknown", "fail"] as const) {
      const { client, rules } = story();
      client("a").acquire(0).ok(1, 10, 0);
      client("a").release(5, 10)[outcome](6);
      client("b").acquire(7).ok(8, 11, 0);
      expect(rules()).toEqual(outcome === "unknown" ? [] : ["not-linearisable"]);
    }
  });

  test("a heartbeat puts off the end of a lease", () => {
    for (const renewed of [false, true]) {
      const { client, rules } = story();
      client("a").acquire(0).ok(1, 10, 0);
      if (renewed) client("a").heartbeat(3_000, 10).ok(3_001, 10, 0);
      client("b").acquire(5_010).ok(5_011, 11, 0);
      expect(rules()).toEqual(renewed ? ["not-linearisable"] : []);
    }
  });

  test("a token that was given before, and one that went back, are found", () => {
    const { client, rules } = story();
    const [a, b, c] = [client("a"), client("b"), client("c")];
    a.acquire(0).ok(1, 10, 0);
    a.release(2, 10).ok(3);
    b.acquire(4).ok(5, 10, 0);
    b.release(6, 10).ok(7);
    expect(rules()).toContain("token-again");
    c.acquire(8).ok(20, 5, 0);
    expect(rules()).toContain("not-linearisable");
  });

  test("a refusal needs somebody who may have held it", () => {
    const { client, rules, fault } = story();
    client("a").acquire(0).ok(1, 10);
    client("a").release(2, 10).ok(3);
    client("b").acquire(100).fail(101);
    expect(rules()).toEqual([]);
    client("c").acquire(60_000).fail(60_001);
    expect(rules()).toEqual(["refused-while-free"]);
    fault(59_000, 59_500);
    expect(rules()).toEqual([]);
  });
});

describe("order", () => {
  const race = (over: { first?: Told; second?: Told }) => {
    const told = story();
    told.client("a").acquire(0).ok(1, 10);
    told
      .client("b")
      .acquire(10, { wait_ms: 9_000, ...over.first })
      .queued(12)
      .ok(40, 12);
    told
      .client("c")
      .acquire(20, { wait_ms: 9_000, ...over.second })
      .queued(22)
      .ok(30, 11);
    told.client("a").release(25, 10).ok(26);
    told.client("c").release(35, 11).ok(36);
    return told;
  };

  test("who asked later and got it first is an overtake, of equal and of lower priority", () => {
    expect(race({}).judge()).toMatchObject({ overtakes: 1, violations: [{ rule: "overtaken" }] });
    expect(race({ second: { priority: 10 } }).rules()).toEqual(["overtaken"]);
  });

  test("not with a higher priority, not while both were under way, not through a loss of places or of the grant", () => {
    expect(race({ second: { priority: 90 } }).rules()).toEqual([]);
    expect(race({ second: { at_ms: 11 } }).rules()).toEqual([]);
    const lossy = race({});
    lossy.fault(15, 16);
    expect(lossy.rules()).toEqual([]);
    const unheard = race({});
    unheard.fault(15, 16, { name: "cut", loses: false, unheard: true });
    expect(unheard.rules()).toEqual([]);
    const slow = race({});
    slow.fault(15, 16, { name: "latency", loses: false });
    expect(slow.rules()).toEqual(["overtaken"]);
  });

  test("a writer whom later readers pass by is overtaken", () => {
    expect(race({ second: { mode: "shared" } }).rules()).toEqual(["overtaken"]);
  });
});

describe("liveness", () => {
  test("a key that lies idle while somebody waits is found, unless a fault and its recovery explain it", () => {
    const idle = () => {
      const told = story();
      told.client("a").acquire(0).ok(1, 10);
      told.client("b").acquire(10, { wait_ms: 60_000 }).queued(12).ok(30_000, 11);
      told.client("a").release(20, 10).ok(21);
      return told;
    };
    expect(idle().rules()).toEqual(["stalled"]);
    const excused = idle();
    excused.fault(1_000, 18_000);
    expect(excused.rules()).toEqual([]);
    const tooLong = idle();
    tooLong.fault(1_000, 5_000);
    expect(tooLong.rules()).toEqual(["stalled"]);
  });

  test("a call that is never answered is found, unless its client died", () => {
    const told = story();
    told.client("p1/a").acquire(0);
    told.client("z").write(60_000, 1);
    expect(told.rules()).toEqual(["never-answered"]);
    told.fault(50, 50, { name: deathOf("p1"), loses: false });
    expect(told.rules()).toEqual([]);
  });
});
