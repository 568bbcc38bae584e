import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { makeServer } from "./test-server.ts";

test("who asks a server that is stopping is told so with a documented code, and to come again", async () => {
  const server = await makeServer();
  const { app } = server;
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as { port: number };
  const socket = connect(port, "127.0.0.1");
  const get = "GET /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  let said = "";
  socket.on("data", (chunk) => {
    said += chunk;
  });
  // Half a request keeps the connection, which a stopping server then has to answer.
  socket.write(`${get}${get.slice(0, 20)}`);
  await once(socket, "data");
  const closed = app.close();
  await new Promise((resolve) => setImmediate(resolve));
  said = "";
  socket.write(get.slice(20));
  await once(socket, "close");
  expect(said).toMatch(/^HTTP\/1\.1 503 /);
  expect(said).toContain('"code":"DEPENDENCY_UNAVAILABLE"');
  expect(said.toLowerCase()).toContain("retry-after: 1");
  await closed;
  await server.close().catch(() => undefined);
});
