import { describe, expect, test, vi } from "vitest";
import { leaseMs } from "./lock-calls.ts";
import { createTasks } from "./tasks.ts";
import { createTransport } from "./transport.ts";

type Made = { url: string; init: RequestInit };

/** A transport whose answers come one after the other from a list. */
function transportOn(...answers: (Response | Error)[]) {
  const made: Made[] = [];
  const transport = createTransport({
    url: "https://ade.example.org/",
    apiKey: "ade_key",
    async fetch(input, init) {
      made.push({ url: String(input), init: init ?? {} });
      const answer = answers[made.length - 1];
      if (!answer) throw new Error("not expected");
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { transport, made };
}

const refusal = (status: number, code: string, headers: Record<string, string> = {}, details?: unknown) =>
  Response.json(
    { error: { code, message: "A sentence.", next: "Do this.", details, request_id: "r-1", timestamp: "" } },
    { status, headers },
  );
const GET = { method: "GET", path: "/me" } as const;

describe("a call", () => {
  test("goes below /api/v1 with key, query and body", async () => {
    const { transport, made } = transportOn(Response.json({ ok: 1 }), new Response(null, { status: 204 }));
    const { body } = await transport.send({ ...GET, query: { a: "b c" } });
    expect(body).toEqual({ ok: 1 });
    expect(made[0]!.url).toBe("https://ade.example.org/api/v1/me?a=b+c");
    expect(made[0]!.init.headers).toMatchObject({ authorization: "Bearer ade_key" });
    expect((await transport.send({ method: "POST", path: "/x", body: { y: 1 } })).body).toBeUndefined();
    expect(made[1]!.init.body).toBe('{"y":1}');
  });

  test("is sent again with the same Idempotency-Key until it is answered", async () => {
    const { transport, made } = transportOn(
      new TypeError("fetch failed"),
      refusal(409, "CONFLICT", { "retry-after": "0" }),
      refusal(503, "DEPENDENCY_UNAVAILABLE", { "retry-after": "0" }),
      Response.json({ id: "t" }, { status: 201 }),
    );
    const config = {
      type: "test.noop",
      description: "x",
      resources: [{ type: "service" as const, id: "x" }],
    };
    expect(await createTasks(transport).create({ config })).toEqual({ id: "t" });
    const keys = made.map(({ init }) => new Headers(init.headers).get("idempotency-key"));
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("is not sent again where that would change nothing, and tells all that the server said", async () => {
    const { transport, made } = transportOn(
      refusal(423, "RESOURCE_LOCKED", { "retry-after": "7", "x-request-id": "r-1" }, { key: "k" }),
    );
    await expect(transport.send(GET)).rejects.toMatchObject({
      name: "ApiError",
      ...{ code: "RESOURCE_LOCKED", status: 423, message: "A sentence.", next: "Do this." },
      ...{ details: { key: "k" }, retryAfterSeconds: 7, requestId: "r-1" },
    });
    expect(made).toHaveLength(1);
  });

  test("does not wait beyond its patience for a server that asks for more", async () => {
    const { transport, made } = transportOn(refusal(503, "DEPENDENCY_UNAVAILABLE", { "retry-after": "31" }));
    await expect(transport.send(GET)).rejects.toMatchObject({ retryAfterSeconds: 31 });
    expect(made).toHaveLength(1);
  });

  test("understands a date in Retry-After", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const { transport } = transportOn(refusal(503, "DEPENDENCY_UNAVAILABLE", { "retry-after": date }));
    const failure = await transport.send(GET).catch((error) => error);
    expect(failure.retryAfterSeconds).toBeGreaterThan(3_590);
  });

  test("that a proxy answers is asked again; that something else answers is not", async () => {
    const { transport } = transportOn(
      new Response("<html>Bad gateway", { status: 502 }),
      new Response("<html>Welcome"),
    );
    await expect(transport.send(GET)).rejects.toMatchObject({ code: "UNEXPECTED_ANSWER", status: 200 });
  });

  test("ends with the signal's reason: under way, or while it waits to be sent again", async () => {
    const abort = new AbortController();
    const send = vi.fn((_: unknown, init?: RequestInit) => {
      const { signal } = init!;
      return new Promise<Response>((_, reject) =>
        signal!.addEventListener("abort", () => reject(signal!.reason)),
      );
    });
    const transport = createTransport({ url: "https://ade.example.org", fetch: send });
    const call = transport.send({ ...GET, signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");

    const again = new AbortController();
    const busy = transportOn(refusal(429, "RATE_LIMITED", { "retry-after": "20" }));
    const waiting = busy.transport.send({ ...GET, signal: again.signal });
    await vi.waitFor(() => expect(busy.made).toHaveLength(1));
    again.abort(new Error("enough of it"));
    await expect(waiting).rejects.toThrow("enough of it");
  });

  test("finds done what a lost try has done, but believes a first NOT_FOUND", async () => {
    const release = { method: "POST", path: "/locks/release", body: {}, mayBeDone: true } as const;
    const lost = transportOn(new TypeError("fetch failed"), refusal(404, "NOT_FOUND"));
    await expect(lost.transport.send(release)).resolves.toMatchObject({ body: undefined });
    const gone = transportOn(refusal(404, "NOT_FOUND"));
    await expect(gone.transport.send(release)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("the lease that a heartbeat gives", () => {
  const date = "Sat, 21 Nov 2026 05:00:00 GMT";
  const at = (second: string) => `2026-11-21T05:00:${second}Z`;

  test("is the TTL, whatever part of a second the Date leaves out", () => {
    for (const expires of ["30.000", "30.400", "30.999"])
      expect(leaseMs(30_000, at(expires), date)).toBe(30_000);
  });

  test("is what the maximum hold leaves of it, never more", () => {
    expect(leaseMs(30_000, at("12.500"), date)).toBe(11_500);
    expect(leaseMs(30_000, at("00.400"), date)).toBe(0);
  });

  test("is the TTL where the answer does not tell", () => {
    expect(leaseMs(30_000, undefined, null)).toBe(30_000);
    expect(leaseMs(30_000, at("12.500"), null)).toBe(30_000);
  });
});
