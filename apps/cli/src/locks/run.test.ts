import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Caller, makeServer, type TestServer } from "@ade/api-server/test-server";
import { createClient } from "@ade/client";
import { repeatedly } from "@ade/testkit/repeatedly";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runHere, startAde } from "../run-ade.ts";
import { processGroup } from "./process-group.ts";

let server: TestServer;
let url: string;
let admin: Caller;
let agent: Caller;
let endSweeps: () => Promise<void>;
const folder = mkdtempSync(join(tmpdir(), "ade-locks-"));
beforeAll(async () => {
  server = await makeServer();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  endSweeps = repeatedly(250, () => server.core.locks.sweepExpired());
  admin = await server.person("admin", ["admin"]);
  agent = await server.agent("migrator", admin);
});
afterAll(async () => {
  await endSweeps();
  await server.close();
});

const keyOf = (caller: Caller) => caller.authorization.slice("Bearer ".length);
const env = (caller = agent, more: Record<string, string> = {}) => ({
  ADE_URL: url,
  ADE_API_KEY: keyOf(caller),
  ...more,
});
let names = 0;
const newName = () => `database:default/cli-${names++}`;
const newFile = () => join(folder, `file-${names++}`);
const run = (name: string, options: string[], ...command: string[]) =>
  startAde(["locks", "run", name, ...options, "--", ...command], { env: env() });
const heldOf = async (name: string) =>
  (
    await createClient({ url, apiKey: keyOf(admin) }).locks.list({
      resource_type: "resource",
      resource_id: name,
    })
  ).locks[0];
/** Whether somebody of this process group can still do something. */
const lives = (pid: string) => processGroup(Number(pid)).lives();
const written = (file: string) =>
  vi.waitFor(() => {
    expect(existsSync(file)).toBe(true);
    const text = readFileSync(file, "utf8").trim();
    expect(text).not.toBe("");
    return text;
  }, 15_000);

test("the command runs while the lock is held, with its token, on our streams; its code is passed on", async () => {
  const name = newName();
  const file = newFile();
  const script = `echo "$ADE_FENCING_TOKEN $ADE_LOCK_ID" > ${file}; cat; echo out; echo err >&2; exit 42`;
  const running = startAde(["locks", "run", name, "--", "sh", "-c", script], { env: env(), input: "typed " });
  const ended = await running.ended;
  expect(ended).toMatchObject({ code: 42, stdout: "typed out\n" });
  expect(ended.stderr).toMatch(/err\n/);
  const [token, id] = readFileSync(file, "utf8").trim().split(" ");
  expect(ended.stderr).toContain(`token ${token}`);
  expect(Number(token)).toBeGreaterThan(0);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await heldOf(name)).toBeUndefined();
});

test("a second one waits its turn; Ctrl-C leaves the queue; no wait at all is told as locked", async () => {
  const name = newName();
  const file = newFile();
  const first = run(name, ["--purpose", "first"], "sh", "-c", `echo $$ > ${file}; read -r line < ${file}.go`);
  execFileSync("mkfifo", [`${file}.go`]);
  await written(file);
  expect(await heldOf(name)).toMatchObject({ purpose: "first" });
  const refused = await runHere(["locks", "run", name, "--wait", "0", "--", "true"], { env: env() });
  expect(refused).toMatchObject({ code: 9, stderr: expect.stringContaining("RESOURCE_LOCKED") });
  const waiting = run(name, [], "true");
  await vi.waitFor(async () => expect(await heldOf(name)).toMatchObject({ queue_length: 1 }), 15_000);
  waiting.child.kill("SIGINT");
  expect(await waiting.ended).toMatchObject({ code: 130 });
  expect(await heldOf(name)).toMatchObject({ queue_length: 0 });
  first.child.kill("SIGTERM");
  // The signal reached the command, not only us.
  expect(await first.ended).toMatchObject({ code: 143 });
  expect(await heldOf(name)).toBeUndefined();
});

test("a lost lock ends the command and all that it started, with SIGKILL where SIGTERM is not enough", async () => {
  const name = newName();
  const file = newFile();
  // The command ignores SIGTERM, and so does what it has started.
  const script = `trap 'echo asked >> ${file}.said' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo $$ > ${file}; while :; do sleep 0.1; done`;
  const running = run(name, ["--ttl", "5s", "--grace", "1s"], "sh", "-c", script);
  const pid = await written(file);
  expect(lives(pid)).toBe(true);
  const { id } = (await heldOf(name))!;
  const taken = await runHere(["locks", "release", id, "--force", "--reason", "test"], { env: env(admin) });
  expect(taken.code).toBe(0);
  const ended = await running.ended;
  expect(ended).toMatchObject({ code: 10, stderr: expect.stringContaining("LOCK_LOST") });
  expect(readFileSync(`${file}.said`, "utf8")).toContain("asked");
  expect(lives(pid)).toBe(false);
});

test("the lock is held until all that the command has started is over", async () => {
  const name = newName();
  const file = newFile();
  execFileSync("mkfifo", [`${file}.go`]);
  const script = `(read -r line < ${file}.go; echo written > ${file}) > /dev/null 2>&1 & echo $$ > ${file}.pid; exit 3`;
  const running = run(name, ["--ttl", "5s"], "sh", "-c", script);
  await written(`${file}.pid`);
  await vi.waitFor(() => expect(running.stderr).toContain("the lock stays held"), 15_000);
  expect(await heldOf(name)).toBeDefined();
  expect(existsSync(file)).toBe(false);
  writeFileSync(`${file}.go`, "go\n");
  expect(await running.ended).toMatchObject({ code: 3 });
  expect(readFileSync(file, "utf8")).toBe("written\n");
  expect(await heldOf(name)).toBeUndefined();
});

test("what a command leaves behind that a signal has ended is killed after a while", async () => {
  const name = newName();
  const file = newFile();
  execFileSync("mkfifo", [`${file}.go`]);
  const script = `(trap '' TERM; while :; do sleep 0.1; done) > /dev/null 2>&1 & echo $$ > ${file}; read -r line < ${file}.go`;
  const running = run(name, ["--grace", "1s"], "sh", "-c", script);
  const pid = await written(file);
  running.child.kill("SIGTERM");
  expect(await running.ended).toMatchObject({ code: 143 });
  expect(lives(pid)).toBe(false);
  expect(await heldOf(name)).toBeUndefined();
});

test("nobody reading what we say keeps no lost lock's command alive", async () => {
  const name = newName();
  const file = newFile();
  const script = `echo $$ > ${file}; while :; do sleep 0.1; done`;
  const running = run(name, ["--ttl", "5s", "--grace", "1s"], "sh", "-c", script);
  const pid = await written(file);
  running.child.stderr!.destroy();
  const { id } = (await heldOf(name))!;
  await runHere(["locks", "release", id, "--force", "--reason", "test"], { env: env(admin) });
  expect(await running.ended).toMatchObject({ code: 10 });
  expect(lives(pid)).toBe(false);
});

test("a command that is not there is 127, one that cannot be run 126, and the lock is given back", async () => {
  const name = newName();
  const codeOf = async (command: string) =>
    (await runHere(["locks", "run", name, "--", command], { env: env(agent, { PATH: process.env.PATH! }) }))
      .code;
  expect(await codeOf("no-such-command-here")).toBe(127);
  expect(await codeOf(folder)).toBe(126);
  expect(await heldOf(name)).toBeUndefined();
});

test("a lock from a shell: acquire, heartbeat, list, release", async () => {
  const [a, b] = [newName(), newName()];
  const here = async (...args: string[]) => runHere(args, { env: env() });
  const held = JSON.parse((await here("locks", "acquire", a, "--also", b, "--ttl", "10s", "--json")).stdout);
  expect(held.locks.map(({ resource_id }: { resource_id: string }) => resource_id)).toEqual([a, b]);
  const [first, second] = held.locks.map(({ id }: { id: string }) => id);
  expect(await here("locks", "heartbeat", first, second)).toMatchObject({ code: 0 });
  const listed = await runHere(["locks", "list", "--resource", a], { env: env(admin), tty: [] });
  expect(listed.stdout).toContain(first);
  expect(await here("locks", "list")).toMatchObject({ code: 4 });
  expect(await here("locks", "release", first)).toMatchObject({ code: 0 });
  expect(await here("locks", "heartbeat", first, second)).toMatchObject({ code: 10 });
  expect(await here("locks", "release", first)).toMatchObject({ code: 5 });
  expect(await here("locks", "release", second)).toMatchObject({ code: 0 });
});
