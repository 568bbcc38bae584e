import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { attemptContext } from "../../contract.ts";
import { OUTPUT_LIMIT_BYTES } from "../../output.ts";
import { createExecutorsService } from "../../service.ts";
import { createReceiptStore, createService, http } from "./http-fixture.ts";
import { createHttpExecutor } from "./service-http.ts";

let store: Awaited<ReturnType<typeof createReceiptStore>>;
let service: Awaited<ReturnType<typeof createService>>;
beforeAll(async () => {
  store = await createReceiptStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  service = await createService();
  await store.clear();
});
afterEach(() => service.close());

const at = (...addresses: string[]) =>
  addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
const executorsWith = (
  options: { allow?: string; resolve?: () => Promise<{ address: string; family: number }[]> } = {},
) =>
  createExecutorsService({
    adapters: [createHttpExecutor({ allow: service.place, receipts: store.receipts, ...options })],
    planDeadlineMs: 500,
  });
const refusalOf = async (parameters: Record<string, unknown>, options = {}) =>
  executorsWith(options)
    .validate(http({ method: "GET", ...parameters }))
    .then(
      () => null,
      (error: Error & { details: { field: string; issue: string }[] }) => error.details[0]!,
    );

describe("a request leads nowhere but to allowed hosts, however they are written", () => {
  test.each([
    "http://169.254.169.254/latest/meta-data",
    "http://2852039166/",
    "http://0xA9FEA9FE/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://169.254.169.254./",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://0/",
    "http://0.0.0.0/",
    "http://127.1/",
    "http://[::]/",
    "http://localhost/",
    "http://localhost./",
    "http://１２７.0.0.1/",
    "http://metadata.google.internal/",
    "http://api.local@169.254.169.254/",
    "http://api.local:443@169.254.169.254/",
    "http://169.254.169.254#@api.local:80/",
    "http://169.254.169.254\\@api.local/",
    "http:\\\\169.254.169.254/",
    "http:169.254.169.254",
    "//169.254.169.254/",
    "file:///etc/passwd",
    "gopher://api.local:80/",
    "javascript:alert(1)",
    " http://api.local/",
    "http://api.local:81/",
    "http://api.local.:80/",
    "http://api.local\u0000.example.org/",
    "http://secret://host/",
    "http://user:pw@api.local/",
  ])("%s", async (url) => {
    const allow = "api.local:80,api.local:443";
    expect(await refusalOf({ url }, { allow })).toMatchObject({ field: "config.parameters.url" });
    expect(
      await refusalOf({ url: "http://api.local/", compensate: { method: "POST", url } }, { allow }),
    ).toMatchObject({
      field: "config.parameters.compensate.url",
    });
  });

  test("and an allowed one in another notation is the same place", async () => {
    const port = service.place.split(":")[1];
    expect(await refusalOf({ url: `http://0x7f.1:${port}/` })).toBeNull();
    expect(await refusalOf({ url: `http://127.0.0.1:${Number(port) - 1}/` })).not.toBeNull();
  });
});

describe("an allowed name", () => {
  const port = () => service.place.split(":")[1];
  const config = () => http({ method: "PUT", url: `http://api.local:${port()}/x` });

  it.each(["127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "0.0.0.0"])(
    "that leads to %s is refused when planned and when applied",
    async (address) => {
      const options = { allow: `api.local:${port()}`, resolve: async () => at("10.0.0.1", address) };
      const preview = await executorsWith(options).plan(config(), attemptContext());
      expect(preview).toMatchObject({
        valid: false,
        errors: [expect.stringMatching(/leads to this machine/)],
      });
      const executor = createHttpExecutor({ receipts: store.receipts, ...options });
      await expect(executor.apply(config(), attemptContext())).rejects.toThrow(/leads to this machine/);
      expect(service.requests).toEqual([]);
    },
  );

  it("is asked for once a try: rebinding between check and connection changes nothing", async () => {
    let asked = 0;
    const answers = [at("127.0.0.1"), at("169.254.169.254")];
    const executor = createHttpExecutor({
      allow: `api.local:${port()},${service.place}`,
      receipts: store.receipts,
      resolve: async () => answers[asked++] ?? at("169.254.169.254"),
    });
    await executor.apply(config(), attemptContext());
    expect(asked).toBe(1);
    expect(service.requests[0]?.headers.host).toBe(`api.local:${port()}`);
    // The next request resolves anew, and is checked anew.
    await expect(executor.apply(config(), attemptContext({ idempotency_key: "b:1" }))).rejects.toThrow(
      /leads to this/,
    );
  });
});

describe("headers", () => {
  test.each([
    ["host", "elsewhere"],
    ["Content-Length", "0"],
    ["TRANSFER-ENCODING", "chunked"],
    ["connection", "upgrade"],
    ["Upgrade", "h2c"],
    ["Proxy-Authorization", "x"],
    ["Idempotency-Key", "mine"],
    ["x\r\ny", "z"],
    ["x:y", "z"],
    ["", "z"],
    ["x", "a\r\nset-cookie: b"],
    ["x", "a\nb"],
    ["x", "a\u0000b"],
    ["x", "a\u2028b"],
  ])("%j: %j can't be sent", async (name, value) => {
    expect(await refusalOf({ url: service.url, headers: { [name]: value } })).toMatchObject({
      field: expect.stringContaining("config.parameters.headers"),
    });
  });

  it("can't be made of a secret's value either, which is not repeated", async () => {
    const reveal = (text: string) => text.replace("secret://a", "hunter2\r\nhost: elsewhere");
    const config = http({ method: "GET", url: service.url, headers: { x: "secret://a" } });
    const thrown = await createHttpExecutor({ allow: service.place, receipts: store.receipts })
      .apply(config, attemptContext({ reveal }))
      .catch(String);
    expect(thrown).toContain("The value of the header x must not hold line ends");
    expect(thrown).not.toContain("hunter2");
    expect(service.requests).toEqual([]);
  });

  it("come once each and frame the body that is sent", async () => {
    const config = http({
      method: "PUT",
      url: service.url,
      headers: { "X-A": "é\tb" },
      body: "GET / HTTP/1.1\r\n\r\n",
    });
    await createHttpExecutor({ allow: service.place, receipts: store.receipts }).apply(
      config,
      attemptContext(),
    );
    const [seen] = service.requests;
    const names = seen!.raw.filter((_text, index) => index % 2 === 0).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    expect(seen).toMatchObject({ body: "GET / HTTP/1.1\r\n\r\n", headers: { "content-length": "18" } });
  });
});

describe("an answer", () => {
  const apply = (over: Record<string, unknown> = {}, context = attemptContext()) =>
    createHttpExecutor({ allow: service.place, receipts: store.receipts }).apply(
      http({ method: "PUT", url: service.url, ...over }),
      context,
    );

  it("that redirects is not followed", async () => {
    service.next.push(
      (_seen, response) => void response.writeHead(302, { location: "http://169.254.169.254/" }).end(),
    );
    await expect(apply()).rejects.toThrow("It answered 302; redirects are not followed.");
    expect(service.requests).toHaveLength(1);
  });

  it("that never ends is read to a bound and left", async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    service.next.push((_seen, response) => {
      response.on("close", resolve);
      const pour = () => {
        while (response.write("spam ".repeat(10_000)));
      };
      response.on("drain", pour);
      pour();
    });
    const { output } = await apply();
    await left;
    expect(Buffer.byteLength(output)).toBeLessThan(OUTPUT_LIMIT_BYTES + 200);
    expect(output).toContain("bytes left out");
    expect(output).toContain("The answer was longer; the rest was not read.");
  });

  it("loses its control characters, and shows as a size where it is no text", async () => {
    service.next.push((_seen, response) => void response.end("a\u001b[2Jb\u202ec\u0007"));
    expect((await apply()).output).toBe("Answered 200.\nabc\n");
    service.next.push((_seen, response) => void response.end(Buffer.from([0, 255, 1])));
    expect((await apply({}, attemptContext({ idempotency_key: "b:1" }))).output).toBe(
      "Answered 200.\n(3 bytes that are no text)\n",
    );
  });

  it("that never comes is given up with the attempt", async () => {
    const controller = new AbortController();
    service.next.push(() => controller.abort("timeout"));
    await expect(apply({}, attemptContext({ signal: controller.signal }))).rejects.toBe("timeout");
  });

  it("of a name server that never comes ends the plan", async () => {
    const never = new Promise<never>(() => undefined);
    const port = service.place.split(":")[1];
    const preview = await executorsWith({ allow: `api.local:${port}`, resolve: () => never }).plan(
      http({ method: "GET", url: `http://api.local:${port}/` }),
      attemptContext(),
    );
    expect(preview.errors).toEqual(["The plan took longer than 0.5 s."]);
  });
});
