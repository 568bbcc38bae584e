import { makeCore, type TestCore } from "@ade/testkit/make-core";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemActor } from "../kernel/actor.ts";
import { createSealer } from "./sealer.ts";

let core: TestCore;
beforeAll(async () => {
  core = await makeCore();
  // Its own sealer must not help the ones under test.
  await core.ledger.sealer.stop();
});
afterAll(() => core.dispose());

const record = (name: string) =>
  core.ledger.record(systemActor("test"), [{ action: "thing.done", entity_type: "thing", entity_id: name }]);

function sealer(atStep?: (step: string) => void, onSeal: () => Promise<void> = async () => undefined) {
  const log = pino({ level: "silent" });
  const { pool } = core.connections;
  return createSealer({
    pool,
    redis: null,
    log,
    onSeal,
    onSealed: () => undefined,
    ...(atStep ? { atStep } : {}),
  });
}

test.each(["locked", "read", "chained", "cleared", "woken"])(
  "a sealer that dies when it has %s loses nothing and doubles nothing",
  async (step) => {
    await record(step);
    const dying = sealer((at) => {
      if (at === step) throw new Error("killed");
    });
    await expect(dying.settle()).rejects.toThrow("killed");
    await sealer().settle();
    const { rows } = await core.connections.pool.query(
      "SELECT count(*)::int AS n FROM ledger_entry e JOIN ledger_chain c ON c.entry_id = e.id WHERE e.entity_id = $1",
      [step],
    );
    expect(rows[0].n).toBe(1);
    expect(await core.ledger.verify()).toMatchObject({ ok: true, unsealed: 0 });
  },
);

test("several sealers at once make one chain", async () => {
  await Promise.all(Array.from({ length: 30 }, (_, index) => record(`at once ${index}`)));
  await Promise.all([sealer(), sealer(), sealer(), sealer()].map((each) => each.settle()));
  expect(await core.ledger.verify()).toMatchObject({ ok: true, unsealed: 0 });
});

test("wake-ups are inserted with the seal or not at all", async () => {
  await record("wakes");
  const failing = sealer(undefined, async () => {
    throw new Error("no queue");
  });
  await expect(failing.settle()).rejects.toThrow("no queue");
  expect((await core.ledger.verify()).unsealed).toBe(1);
  await sealer().settle();
  expect((await core.ledger.verify()).unsealed).toBe(0);
});
