import { type FaultProxy, startFaultProxy } from "@ade/testkit/fault-proxy";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { attemptContext } from "../../contract.ts";
import { createSqlExecutor } from "./database-sql.ts";
import { createShop, type Shop, sql } from "./sql-fixture.ts";

let shop: Shop;
let proxy: FaultProxy;
beforeAll(async () => {
  shop = await createShop();
});
afterAll(() => shop.close());
beforeEach(async () => {
  await shop.owner.query("TRUNCATE audit");
  proxy = await startFaultProxy({ target: shop.url });
});
afterEach(() => proxy.close());

const executor = (url = shop.url) => createSqlExecutor({ connections: { main: { url, fence: true } } });
const said = async () =>
  (await shop.owner.query<{ said: string }>("SELECT said FROM audit ORDER BY id")).rows.map(
    (row) => row.said,
  );
const config = sql("INSERT INTO audit (said) VALUES ('once')", "DELETE FROM audit");

/** Applies it, and stops it in the moment in which it is committed, its answer still on its way. */
async function stoppedAtCommit(key: string, onStop: () => Promise<void>) {
  const controller = new AbortController();
  const context = attemptContext({
    idempotency_key: key,
    signal: controller.signal,
    // The statement ran; what follows are our last questions and COMMIT.
    output: (chunk) => chunk.includes("INSERT") && proxy.delay({ latency_ms: 400 }),
  });
  const stash = await executor().stash(config, context);
  const applying = executor(proxy.url).apply(config, { ...context, stash });
  applying.catch(() => undefined);
  await expect.poll(said, { timeout: 10_000, interval: 10 }).toEqual(["once"]);
  await onStop();
  controller.abort("timeout");
  return { applying, stash };
}

it("tells what was committed as done, also where it was stopped while the answer was on its way", async () => {
  const { applying } = await stoppedAtCommit("commit:done", async () => proxy.delay({ latency_ms: 0 }));
  expect((await applying).output).toContain("Committed to main.");
  expect(await said()).toEqual(["once"]);
});

it("says that nobody can tell where it was stopped then and the database cannot be asked", async () => {
  const { applying, stash } = await stoppedAtCommit("commit:unknown", async () => {
    proxy.refuse();
    proxy.cut();
  });
  await expect(applying).rejects.toMatchObject({ code: "EXECUTION_FAILED", ended_as: "unknown" });
  expect(await executor().inspect(stash, config, attemptContext({ idempotency_key: "commit:unknown" }))).toBe(
    "done",
  );
}, 30_000);

it("gives up by its own reason where it was stopped before COMMIT", async () => {
  const controller = new AbortController();
  const context = attemptContext({
    idempotency_key: "commit:before",
    signal: controller.signal,
    output: (chunk) => chunk.includes("INSERT") && controller.abort("timeout"),
  });
  await expect(executor().apply(config, context)).rejects.toBe("timeout");
  expect(await said()).toEqual([]);
});

it("gives the statements of a rollback the time that it has", async () => {
  const slow = sql("INSERT INTO audit (said) VALUES ('slow')", "SELECT pg_sleep(30)");
  const context = attemptContext({ idempotency_key: "undo:slow" });
  const stash = await executor().stash(slow, context);
  await executor().apply(slow, { ...context, stash });
  const undoing = executor().rollback(stash, { ...context, limit_ms: 1_000 });
  await expect(undoing).rejects.toThrow(/took longer than 1 s/);
  expect(await said()).toEqual(["slow"]);
});
