import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeServer, type TestServer } from "./test-server.ts";

const SCRIPT = `${"export const answer = 42;\n".repeat(200)}`;
const PAGE_POLICY = "script-src 'nonce-abc'";

let web: Server;
let server: TestServer;
beforeAll(async () => {
  web = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.writeHead(200, { "content-type": "text/html", "content-security-policy": PAGE_POLICY });
      response.end(`${request.method} ${request.url} ${Buffer.concat(chunks)}`);
    });
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const assets = mkdtempSync(join(tmpdir(), "ade-assets-"));
  mkdirSync(join(assets, "chunks"));
  writeFileSync(join(assets, "chunks", "app-1a2b.js"), SCRIPT);
  const { port } = web.address() as AddressInfo;
  server = await makeServer({ webUrl: `http://127.0.0.1:${port}`, assets });
});
afterAll(async () => {
  web.close();
  await server.close();
});

const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ method: "GET", url, headers });

test("pages come from the web server, with its own policy", async () => {
  const page = await get("/tasks?state=DRAFT");
  expect(page.body).toBe("GET /tasks?state=DRAFT ");
  expect(page.headers["content-security-policy"]).toBe(PAGE_POLICY);
  expect(page.headers["x-frame-options"]).toBe("DENY");
  expect((await get("/")).body).toBe("GET / ");
});

test.each(["application/json", "text/plain;charset=UTF-8", "multipart/form-data; boundary=x"])(
  "a page's own POST of %s is passed on as it is",
  async (type) => {
    const payload = '{"not": json, at all';
    const page = await server.app.inject({
      method: "POST",
      url: "/tasks/new",
      headers: { "content-type": type },
      payload,
    });
    expect(page.body).toBe(`POST /tasks/new ${payload}`);
  },
);

test("what is below /api never reaches the web server", async () => {
  const response = await get("/api/nothing/here");
  expect(response.statusCode).toBe(404);
  expect(response.json().error.code).toBe("NOT_FOUND");
});

test("assets come from the disk, for ever and compressed", async () => {
  const plain = await get("/_next/static/chunks/app-1a2b.js");
  expect(plain.body).toBe(SCRIPT);
  expect(plain.headers["cache-control"]).toMatch(/max-age=31536000.*immutable/);
  await expect
    .poll(
      async () =>
        (await get("/_next/static/chunks/app-1a2b.js", { "accept-encoding": "br" })).headers[
          "content-encoding"
        ],
    )
    .toBe("br");
  const small = await get("/_next/static/chunks/app-1a2b.js", { "accept-encoding": "gzip, br" });
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(SCRIPT);
  expect(small.headers["content-type"]).toMatch(/javascript/);
  expect(small.headers.vary).toMatch(/accept-encoding/i);
});

test.each([
  "/_next/static/../../../package.json",
  "/_next/static/%2e%2e/%2e%2e/package.json",
  "/_next/static/chunks%2f..%2f..%2f..%2fpackage.json",
])("%s leads nowhere", async (url) => {
  expect((await get(url)).body).not.toContain("community-ade");
});

test("while the web server is away a page says so, and the API goes on", async () => {
  const away = await makeServer({ webUrl: "http://127.0.0.1:9" });
  const page = await away.app.inject({ method: "GET", url: "/approvals" });
  expect(page.statusCode).toBe(503);
  expect(page.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "retry-after": "2" });
  expect(page.headers["content-security-policy"]).toMatch(/default-src 'none'; style-src 'sha256-/);
  expect(page.body).toContain("not up yet");
  expect((await away.call(null, "GET", "/api/health/live")).statusCode).toBe(200);
  await away.close();
});
