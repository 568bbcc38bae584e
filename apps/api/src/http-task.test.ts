import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

const seen: { method: string | undefined; key: unknown }[] = [];
const service = createServer((request, response) => {
  seen.push({ method: request.method, key: request.headers["idempotency-key"] });
  response.end("done");
});
let server: TestServer;
let author: Caller;
let reviewer: Caller;
let url: string;
beforeAll(async () => {
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  const place = `127.0.0.1:${(service.address() as AddressInfo).port}`;
  url = `http://${place}/flag`;
  server = await makeServer({}, { outgoing: { httpAllow: place } });
  await server.core.startWorker();
  author = await server.person("author", ["author"]);
  reviewer = await server.person("reviewer", ["reviewer"]);
});
afterAll(async () => {
  await server.close();
  service.closeAllConnections();
  service.close();
});

const stateOf = async (id: string) => (await server.call(author, "GET", `/tasks/${id}`)).json();
const request = (parameters: Record<string, unknown>) => ({
  config: {
    type: "service.http",
    description: "Switch a flag",
    resources: [{ type: "service", id: new URL(url).host, actions: ["execute"] }],
    parameters,
  },
});

test("a request is proposed, reviewed and sent once, by REST", async () => {
  const proposed = request({
    method: "POST",
    url,
    body: { on: true },
    compensate: { method: "DELETE", url },
  });
  const { id } = (await server.call(author, "POST", "/tasks", proposed)).json();
  await server.call(author, "POST", `/tasks/${id}/submit`);
  await expect.poll(async () => (await stateOf(id)).state, { timeout: 20_000 }).toBe("REVIEWING");
  expect(seen).toEqual([]);
  const { approvals } = (await server.call(reviewer, "GET", `/approvals?task_id=${id}`)).json();
  const own = approvals.find((each: { reviewer_id: string }) => each.reviewer_id === reviewer.id);
  await server.call(reviewer, "POST", `/approvals/${own.id}/respond`, { action: "approve" });
  await expect.poll(async () => (await stateOf(id)).state, { timeout: 20_000 }).toBe("COMPLETED");
  expect((await stateOf(id)).execution.result).toBe("success");
  expect(seen).toEqual([{ method: "POST", key: `${id}:1` }]);
});

test("another place is refused when it is proposed", async () => {
  const refused = await server.call(
    author,
    "POST",
    "/tasks",
    request({ method: "GET", url: "http://2852039166/" }),
  );
  expect(refused.statusCode).toBe(400);
  expect(refused.json().error.details[0]).toMatchObject({
    field: "config.parameters.url",
    issue: expect.stringContaining("leads to 169.254.169.254:80, which is not allowed"),
  });
});
