import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createClient } from "@ade/client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

const PROGRAM = join(import.meta.dirname, "../../../docs/examples/guarded-change.mjs");
let server: TestServer;
let url: string;
let agent: Caller;
let reviewer: Caller;
beforeAll(async () => {
  server = await makeServer();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  await server.core.startWorker();
  const owner = await server.person("owner", ["author"]);
  reviewer = await server.person("reviewer", ["reviewer"]);
  agent = await server.agent("restarter", owner);
});
afterAll(() => server.close());
const keyOf = (caller: Caller) => caller.authorization.slice("Bearer ".length);

/** Runs the program of the documentation, and answers to what it asks. */
async function run(
  description: string,
  action: "approve" | "reject",
  reason: string,
  env: Record<string, string> = {},
) {
  const child = spawn(process.execPath, [PROGRAM, description], {
    env: { PATH: process.env.PATH, ADE_URL: url, ADE_API_KEY: keyOf(agent), ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(child, "close");
  const ade = createClient({ url, apiKey: keyOf(reviewer) });
  await vi.waitFor(async () => {
    // Whoever answers faster than that is not waited for, and the program says nothing of waiting.
    expect(said).toContain("REVIEWING: waiting for 1 reviewer");
    const { approvals } = await ade.approvals.list({ status: ["PENDING"] });
    expect(approvals).toHaveLength(1);
    await ade.approvals.respond(approvals[0]!.id, { action, reason });
  }, 15_000);
  const [code] = await ended;
  return { code, said };
}

test("the example asks, waits, sees it applied and does its part under a lock", async () => {
  const { code, said } = await run("Restart it", "approve", "Go on");
  expect(said).toMatch(/I am restarter\.[\s\S]*REVIEWING: waiting for 1 reviewer[\s\S]*Approved: Go on\./);
  expect(said).toMatch(/Applied: success\.\nUPDATE mail SET .* fence = \d+ WHERE fence <= \d+\n$/);
  expect(code).toBe(0);
});

test("the example takes no for an answer, and tells why", async () => {
  const { code, said } = await run("Delete it", "reject", "Never");
  expect(said).toMatch(/reviewer said rejected: Never\n$/);
  expect(said).not.toContain("UPDATE");
  expect(code).toBe(1);
});

test("the example does nothing of its own on what could not be applied", async () => {
  const { code, said } = await run("Break it", "approve", "Go on", {
    ADE_TASK_PARAMETERS: JSON.stringify({ fail: "The disk is full." }),
  });
  expect(said).toMatch(/Applied: failure\. The disk is full\. .+\n$/);
  expect(said).not.toContain("UPDATE");
  expect(code).toBe(1);
});
