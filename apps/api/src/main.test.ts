import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase, type TestDatabase } from "@ade/testkit/database";
import { createRedis } from "@ade/testkit/redis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

/** Ten times what it takes alone: these processes share the cores with all other tests. */
const START_LIMIT_MS = 45_000;
vi.setConfig({ testTimeout: 90_000 });

let database: TestDatabase;
let redis: Awaited<ReturnType<typeof createRedis>>;
const children: ChildProcess[] = [];
beforeAll(async () => {
  [database, redis] = await Promise.all([createDatabase(), createRedis()]);
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all([database.drop(), redis.stop()]);
});

/** The process as the supervisor starts it, with all that it says. */
function start(settings: Record<string, string>) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      ADE_SECRET: "s".repeat(40),
      ADE_DATA_DIR: mkdtempSync(join(tmpdir(), "ade-api-")),
      ...settings,
    },
  });
  children.push(child);
  const said = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said.text += chunk));
  return { child, said, exit: once(child, "exit").then(([code]) => code as number | null) };
}

async function freePort(): Promise<{ port: number; free(): Promise<void> }> {
  const holder = createServer();
  holder.listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as { port: number };
  return { port, free: () => new Promise((resolve) => holder.close(() => resolve())) };
}

test("it starts with a first admin, answers, and SIGTERM ends it though streams are open", async () => {
  const { port, free } = await freePort();
  await free();
  const { child, said, exit } = start({
    PORT: String(port),
    ADE_ADMIN_EMAIL: "root@example.org",
    ADE_ADMIN_PASSWORD: "correct horse battery",
  });
  await expect.poll(() => said.text, { timeout: START_LIMIT_MS }).toContain('"ready"');
  const base = `http://127.0.0.1:${port}`;
  const signedIn = await fetch(`${base}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "root@example.org", password: "correct horse battery" }),
  });
  expect(signedIn.status).toBe(200);
  const cookie = signedIn.headers.getSetCookie()[0]!.split(";")[0]!;
  const stream = await fetch(`${base}/api/v1/events?channels=system`, { headers: { cookie } });
  expect(stream.status).toBe(200);
  const subscription = await fetch(
    `${base}/api/trpc/events.subscribe?input=${encodeURIComponent('{"channels":["tasks"]}')}`,
    { headers: { cookie } },
  );
  expect(subscription.status).toBe(200);

  const began = performance.now();
  child.kill("SIGTERM");
  expect(await exit).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(said.text).not.toContain("correct horse");
});

test("without a named admin it makes one and prints the one-time password, not into the log", async () => {
  const fresh = await createDatabase();
  const { port, free } = await freePort();
  await free();
  const { child, said, exit } = start({ PORT: String(port), DATABASE_URL: fresh.url });
  await expect.poll(() => said.text, { timeout: START_LIMIT_MS }).toContain('"ready"');
  const password = /one-time password: (\S+)/.exec(said.text)?.[1];
  expect(password).toBeDefined();
  expect(said.text.split(password!)).toHaveLength(2);
  child.kill("SIGTERM");
  expect(await exit).toBe(0);
  await fresh.drop();
});

test("a taken port is one clear sentence", async () => {
  const { port, free } = await freePort();
  const { said, exit } = start({
    PORT: String(port),
    LOG_LEVEL: "silent",
    ADE_ADMIN_EMAIL: "root@example.org",
  });
  expect(await exit).toBe(1);
  expect(said.text).toContain(`Port ${port} is taken`);
  await free();
});

test("a wrong setting and an unreachable database are one clear sentence each", async () => {
  const wrong = start({ PORT: "abc" });
  expect(await wrong.exit).toBe(1);
  expect(wrong.said.text.trim()).toBe("These settings are wrong: PORT expects a port, 0 to 65535.");
  const unreachable = start({ DATABASE_URL: "postgresql://ade@127.0.0.1:9/ade" });
  expect(await unreachable.exit).toBe(1);
  expect(unreachable.said.text.trim()).toBe(
    "The database cannot be reached: check DATABASE_URL, and that PostgreSQL runs.",
  );
});
