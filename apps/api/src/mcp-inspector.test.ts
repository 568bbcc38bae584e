import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listenForMcp } from "./mcp-client.ts";
import { type Caller, makeServer, noopTask, type TestServer } from "./test-server.ts";

const run = promisify(execFile);
/** The command line of the protocol's own inspector: what people debug their servers with. */
const INSPECTOR = fileURLToPath(import.meta.resolve("@modelcontextprotocol/inspector-cli"));

let server: TestServer;
let door: Awaited<ReturnType<typeof listenForMcp>>;
let robot: Caller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  door = await listenForMcp(server);
  await server.person("reviewer", ["reviewer"]);
  robot = await server.agent("robot", await server.person("admin", ["admin"]));
});
afterAll(() => server?.close());

async function inspect(...args: string[]) {
  const header = `Authorization: ${robot.authorization}`;
  const { stdout } = await run(
    process.execPath,
    [INSPECTOR, "--cli", door.url, "--transport", "http", "--header", header, ...args],
    // It starts another Node by its name, and looks for its own package.json above the folder that it runs in.
    { cwd: dirname(INSPECTOR), env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}` } },
  );
  return JSON.parse(stdout);
}

async function call(tool: string, input: object) {
  const pairs = Object.entries(input).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const args = pairs.flatMap((pair) => ["--tool-arg", pair]);
  const { structuredContent, isError } = await inspect(
    "--method",
    "tools/call",
    "--tool-name",
    tool,
    ...args,
  );
  if (isError) throw new Error(`${tool} was refused: ${JSON.stringify(structuredContent)}`);
  return structuredContent;
}

test.concurrent("the inspector lists our tools, and proposes, submits and waits", {
  timeout: 60_000,
}, async () => {
  const { tools } = await inspect("--method", "tools/list");
  expect(tools).toHaveLength(10);
  const { id } = await call("create_task", noopTask());
  expect(await call("submit_task", { id })).toMatchObject({ id });
  const waited = await call("wait_for_decision", { id, wait_seconds: 0 });
  expect(waited).toMatchObject({ id, decision: "pending", link: expect.stringContaining(id) });
});

test.concurrent("the inspector takes a lock, keeps it and gives it back", { timeout: 60_000 }, async () => {
  const { id } = await call("acquire_lock", {
    ...{ resource_type: "resource", resource_id: "service:default/inspected", ttl_seconds: 60 },
  });
  expect(await call("heartbeat_lock", { lock_id: id })).toMatchObject({ id });
  expect(await call("release_lock", { lock_id: id })).toMatchObject({ released: true });
});
