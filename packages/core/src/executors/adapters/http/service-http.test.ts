import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { attemptContext, type ContractSubject, describeExecutorContract } from "../../contract.ts";
import { retryAfterMs, waitMs } from "./http-backoff.ts";
import { createReceiptStore, createService, type Handler, http } from "./http-fixture.ts";
import { createHttpExecutor } from "./service-http.ts";

let store: Awaited<ReturnType<typeof createReceiptStore>>;
beforeAll(async () => {
  store = await createReceiptStore();
});
afterAll(() => store.close());

async function subject(method: "POST" | "PUT"): Promise<ContractSubject> {
  const service = await createService();
  await store.clear();
  service.items.set("/large", "x".repeat(600_000));
  const url = `${service.url}/items/lamp`;
  const bad = (over: Record<string, unknown>, field: string) => ({
    parameters: { method, url, ...over },
    field: `config.parameters.${field}`,
  });
  return {
    executor: createHttpExecutor({ allow: service.place, receipts: store.receipts }),
    config: http({ method, url, body: { on: true }, compensate: { method: "DELETE", url } }),
    noisy: http({ method: "GET", url: `${service.url}/large` }),
    bad: [
      bad({ method: "TRACE" }, "method"),
      bad({ url: "ftp://127.0.0.1/" }, "url"),
      bad({ url: "http://127.0.0.2:1/" }, "url"),
      bad({ url: "" }, "url"),
      bad({ headers: { host: "elsewhere" } }, "headers.host"),
      bad({ headers: { a: "b\r\nc: d" } }, "headers.a"),
      bad({ expected_status: [99] }, "expected_status.0"),
      bad({ body: 1 }, "body"),
      bad({ compensate: { method: "DELETE", url: "http://elsewhere/" } }, "compensate.url"),
      bad({ compensate: { url } }, "compensate.method"),
      { parameters: { method }, field: "config.parameters.url" },
    ],
    world: async () => Object.fromEntries(service.items),
    changedKeys: (before, after) =>
      JSON.stringify(before) === JSON.stringify(after) ? [] : [`service:default/${service.place}`],
    close: service.close,
  };
}
describeExecutorContract("service.http with PUT", () => subject("PUT"));
describeExecutorContract("service.http with POST", () => subject("POST"));

describe("service.http", () => {
  let service: Awaited<ReturnType<typeof createService>>;
  let waits: number[];
  beforeEach(async () => {
    service = await createService();
    waits = [];
    await store.clear();
  });
  afterEach(() => service.close());
  const executor = () =>
    createHttpExecutor({
      allow: service.place,
      receipts: store.receipts,
      random: () => 0,
      wait: async (ms) => void waits.push(ms),
    });
  const url = (path: string) => service.url + path;

  it("sends what was written, under the attempt's key, with secrets where they belong", async () => {
    const secret = 'p"ss w/rd';
    const reveal = (text: string) => text.replaceAll("secret://pw", secret);
    const config = http({
      method: "POST",
      url: url("/x/secret://pw?q=secret://pw"),
      headers: { Authorization: "Bearer secret://pw" },
      body: { nested: ["secret://pw"] },
    });
    const preview = await executor().plan(config, attemptContext({ reveal }));
    expect(preview.changes[0]?.diff).toContain("+Authorization: Bearer secret://pw\n");
    expect(JSON.stringify(preview)).not.toContain("w/rd");
    const { output } = await executor().apply(config, attemptContext({ reveal }));
    expect(output).toBe('Answered 200, application/json.\n{"ok":true}\n');
    expect(service.requests).toMatchObject([
      {
        url: `/x/${encodeURIComponent(secret)}?q=${encodeURIComponent(secret)}`,
        headers: {
          authorization: `Bearer ${secret}`,
          "idempotency-key": "0192f0c4-0000-7000-8000-000000000001:1",
          "content-type": "application/json",
        },
        body: JSON.stringify({ nested: [secret] }),
      },
    ]);
  });

  it("sends the value whatever letters its name has", async () => {
    const reveal = (text: string) => text.replaceAll("secret://API_Token@2", "a/value");
    const config = http({
      method: "PUT",
      url: url("/x?q=secret://API_Token@2"),
      body: "secret://API_Token@2",
    });
    await executor().apply(config, attemptContext({ reveal }));
    expect(service.requests).toMatchObject([{ url: "/x?q=a%2Fvalue", body: "a/value" }]);
  });

  it("masks what is written out under a confidential name, and says so", async () => {
    const config = http({
      method: "PUT",
      url: url("/x?api_key=hunter2&page=1"),
      headers: { "x-api-key": "hunter2", accept: "text/plain" },
      body: { password: "hunter2", name: "x" },
    });
    const preview = await executor().plan(config, attemptContext());
    expect(JSON.stringify(preview)).not.toContain("hunter2");
    expect(preview.changes[0]?.diff).toContain("+accept: text/plain\n");
    expect(preview.warnings).toEqual([
      expect.stringMatching(/^x-api-key is written out/),
      expect.stringMatching(/^password is written out/),
      "It can't be undone: it has no compensating request",
    ]);
  });

  it("tries again after 429 and 5xx, as long as asked for, and under one key", async () => {
    service.next.push(
      (_seen, response) => void response.writeHead(429, { "retry-after": "7" }).end(),
      (_seen, response) => void response.writeHead(503).end("busy"),
    );
    const { output } = await executor().apply(http({ method: "POST", url: url("/x") }), attemptContext());
    expect(output).toContain(
      "It answered 429. Trying again in 7 s.\nIt answered 503. It said: busy Trying again in 1 s.\n",
    );
    expect(waits).toEqual([7000, 500]);
    expect(new Set(service.requests.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  });

  it("does not wait beyond the task's time limit", async () => {
    service.next.push((_seen, response) => void response.writeHead(429, { "retry-after": "9000" }).end());
    const config = http({ method: "POST", url: url("/x") }, { timeout_seconds: 60 });
    await expect(executor().apply(config, attemptContext())).rejects.toThrow(
      "It answered 429. The next try would be in 9000 s, beyond the time limit.",
    );
    expect(waits).toEqual([]);
  });

  it("gives up after six tries, with what was said last", async () => {
    const fail = (_seen: unknown, response: { writeHead(status: number): { end(text: string): void } }) =>
      response.writeHead(500).end("no\u001b[31m\u0000 way");
    service.next.push(...Array.from({ length: 6 }, () => fail as never));
    await expect(executor().apply(http({ method: "PUT", url: url("/x") }), attemptContext())).rejects.toThrow(
      /^It answered 500\. It said: no way$/,
    );
    expect(service.requests).toHaveLength(6);
  });

  it("sends what is idempotent again where the answer was lost, and nothing else", async () => {
    const drop = (_seen: unknown, response: { destroy(): void }) => void response.destroy();
    service.next.push(drop as never);
    await executor().apply(http({ method: "PUT", url: url("/x") }), attemptContext());
    expect(service.requests).toHaveLength(2);

    service.next.push(drop as never);
    const config = http({ method: "POST", url: url("/y"), compensate: { method: "DELETE", url: url("/y") } });
    const context = attemptContext({ idempotency_key: "lost:1" });
    const stash = await executor().stash(config, context);
    const lost = "It was sent, and its answer was lost: nobody can tell whether it took effect.";
    await expect(executor().apply(config, context)).rejects.toMatchObject({
      message: expect.stringContaining(lost),
      ended_as: "unknown",
    });
    expect(service.requests).toHaveLength(3);
    // The next attempt, or another worker, does not send it either; undoing it is sent.
    await expect(executor().inspect(stash, config, context)).rejects.toThrow(lost);
    await expect(executor().apply(config, context)).rejects.toThrow(lost);
    await executor().rollback(stash, context);
    expect(service.requests.at(-1)).toMatchObject({
      method: "DELETE",
      headers: { "idempotency-key": "lost:1:compensate" },
    });
  });

  it("does not know what became of a POST that was stopped on its way; a PUT is stopped, and sent again", async () => {
    for (const method of ["POST", "PUT"] as const) {
      const reached = Promise.withResolvers<void>();
      const stop = new AbortController();
      service.next.push(() => reached.resolve());
      const context = attemptContext({ idempotency_key: `${method}:1`, signal: stop.signal });
      const applying = executor().apply(http({ method, url: url("/slow") }), context);
      applying.catch(() => undefined);
      await reached.promise;
      stop.abort("timeout");
      if (method === "POST") await expect(applying).rejects.toMatchObject({ ended_as: "unknown" });
      else await expect(applying).rejects.toBe("timeout");
    }
  });

  it("forgets old receipts, but for those that are still needed", async () => {
    for (const id of ["over", "kept", "young"])
      await executor().apply(
        http({ method: "PUT", url: url("/x") }),
        attemptContext({ idempotency_key: `${id}:1` }),
      );
    await store.age("over:1", "kept:1");
    await executor().forget?.({
      keep_days: 30,
      stillNeeded: async (ids) => new Set(ids.filter((id) => id === "kept")),
      onTrouble: () => undefined,
    });
    const left = await Promise.all(["over:1", "kept:1", "young:1"].map((key) => store.receipts.read(key)));
    expect(left.map((receipt) => receipt?.state ?? null)).toEqual([null, "answered", "answered"]);
  });

  it("is not sent again once it was answered, and undoes nothing that was refused", async () => {
    const config = http({ method: "POST", url: url("/x"), compensate: { method: "DELETE", url: url("/x") } });
    await executor().apply(config, attemptContext());
    const { output } = await executor().apply(config, attemptContext());
    expect(output).toBe("An earlier attempt was already answered with 200.\n");
    expect(service.requests).toHaveLength(1);

    const context = attemptContext({ idempotency_key: "refused:1" });
    const stash = await executor().stash(config, context);
    service.next.push((_seen, response) => void response.writeHead(409).end());
    await expect(executor().apply(config, context)).rejects.toThrow("It answered 409.");
    expect((await executor().rollback(stash, context)).output).toBe("Nothing of it is left to undo.\n");
  });

  describe("undoes what may have taken effect, whatever a later try says", () => {
    const places = (...reached: boolean[]) => {
      const here = [{ address: "127.0.0.1", family: 4 }];
      return async () => ((reached.shift() ?? true) ? here : Promise.reject(new Error("ENOTFOUND")));
    };
    const away = (...reached: boolean[]) =>
      createHttpExecutor({
        allow: `api.local:${service.place.split(":")[1]},${service.place}`,
        receipts: store.receipts,
        resolve: places(...reached),
        wait: async () => undefined,
      });
    const config = (method: "PUT" | "POST") => {
      const at = `http://api.local:${service.place.split(":")[1]}/x`;
      return http({ method, url: at, compensate: { method: "DELETE", url: at } });
    };
    const drop = (_seen: unknown, response: { destroy(): void }) => void response.destroy();
    const status =
      (code: number) => (_seen: unknown, response: { writeHead(code: number): { end(): void } }) =>
        response.writeHead(code).end();

    it.each([
      ["a lost answer, then no way there", "PUT", [drop], [true, false]],
      ["a lost answer, then 409", "PUT", [drop, status(409)], []],
      ["503, then 409", "POST", [status(503), status(409)], []],
      ["503, then no way there", "POST", [status(503)], [true, false]],
    ] as const)("%s", async (_what, method, answers, reached) => {
      const executor = away(...reached);
      service.next.push(...(answers as readonly Handler[]));
      const stash = await executor.stash(config(method), attemptContext());
      await expect(executor.apply(config(method), attemptContext())).rejects.toMatchObject({
        code: "EXECUTION_FAILED",
      });
      expect((await executor.rollback(stash, attemptContext())).output).toContain("Answered");
      expect(service.requests.at(-1)).toMatchObject({ method: "DELETE" });
    });

    it("also where that was another attempt", async () => {
      const context = attemptContext();
      await store.receipts.write(context.idempotency_key, { state: "sent", status: null });
      const executor = away(false);
      const stash = await executor.stash(config("PUT"), context);
      await expect(executor.apply(config("PUT"), context)).rejects.toThrow("is not known");
      await executor.rollback(stash, context);
      expect(service.requests).toMatchObject([{ method: "DELETE" }]);
    });

    it("but not what never left: a POST that was stopped before is sent by the next attempt", async () => {
      const stop = new AbortController();
      const stopped = createHttpExecutor({
        allow: `api.local:${service.place.split(":")[1]},${service.place}`,
        receipts: store.receipts,
        resolve: async () => {
          stop.abort("drained");
          return [{ address: "127.0.0.1", family: 4 }];
        },
      });
      const context = attemptContext({ signal: stop.signal });
      const stash = await stopped.stash(config("POST"), context);
      await expect(stopped.apply(config("POST"), context)).rejects.toBe("drained");
      expect(await away().inspect(stash, config("POST"), attemptContext())).toBe("untouched");
      await away().apply(config("POST"), attemptContext());
      expect(service.requests).toHaveLength(1);
    });
  });

  it("shows reviewers the compensating request, and keeps its credentials from another host", async () => {
    const other = await createService();
    try {
      const allow = `${service.place},${other.place}`;
      const both = createHttpExecutor({ allow, receipts: store.receipts });
      const config = http({
        method: "PUT",
        url: url("/x"),
        headers: { authorization: "Bearer secret://pw" },
        compensate: { method: "POST", url: `${other.url}/undo`, body: "x" },
      });
      const stash = await both.stash(config, attemptContext());
      const back = await both.planRollback?.(stash, config, attemptContext());
      expect(back?.changes[0]).toMatchObject({ action: "post", resource: { id: other.place } });
      await both.apply(config, attemptContext({ stash }));
      await both.rollback(stash, attemptContext());
      expect(other.requests[0]?.headers.authorization).toBeUndefined();
      expect(both.resources(config).map(({ id }) => id)).toEqual([service.place, other.place]);
    } finally {
      await other.close();
    }
  });
});

describe("waiting", () => {
  it("follows Retry-After in seconds and as a date, and grows by itself", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    expect(retryAfterMs("120", now)).toBe(120_000);
    expect(retryAfterMs("Thu, 01 Jan 2026 00:00:05 GMT", now)).toBe(5_000);
    expect(retryAfterMs("Thu, 01 Jan 2025 00:00:05 GMT", now)).toBe(0);
    expect(retryAfterMs("soon", now)).toBeNull();
    expect([1, 2, 3, 20].map((tries) => waitMs(tries, null, 0.999))).toEqual([500, 1000, 1999, 29985]);
  });
});
