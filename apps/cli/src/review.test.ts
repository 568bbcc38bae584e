import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Caller, makeServer, noopTask, type TestServer } from "@ade/api-server/test-server";
import { createClient, type TaskEntry } from "@ade/client";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newConfigFolder, runAde, runHere, startAde } from "./run-ade.ts";

let server: TestServer;
let url: string;
let author: Caller;
let reviewer: Caller;
let admin: Caller;
const folder = mkdtempSync(join(tmpdir(), "ade-cli-"));
beforeAll(async () => {
  server = await makeServer();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  await server.core.startWorker();
  author = await server.person("author", ["author"]);
  reviewer = await server.person("reviewer", ["reviewer"]);
  admin = await server.person("admin", ["admin"]);
});
afterAll(() => server.close());

const keyOf = (caller: Caller) => caller.authorization.slice("Bearer ".length);
const as = (caller: Caller, more: Record<string, string> = {}) => ({
  ADE_URL: url,
  ADE_API_KEY: keyOf(caller),
  ...more,
});
const json = async (caller: Caller, ...args: string[]) => {
  const ended = await runHere([...args, "--json"], { env: as(caller) });
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(ended.stdout);
};
const flags = ["-t", "test.noop", "-r", "service:nothing=read"];

/** A task that waits for its reviewers. */
async function waiting(description: string, risk?: string): Promise<TaskEntry> {
  const ade = createClient({ url, apiKey: keyOf(author) });
  const { id } = await ade.tasks.create(noopTask(description));
  await ade.tasks.submit(id);
  const task = await ade.tasks.waitFor(id, { states: ["REVIEWING"], signal: AbortSignal.timeout(10_000) });
  if (!risk) return task;
  // As the rules of risk would have found it: they are not what is tested here.
  await server.core.connections.pool.query(
    `UPDATE task_revision SET risk = jsonb_set(risk, '{level}', to_jsonb($2::text)) WHERE task_id = $1`,
    [id, risk],
  );
  await server.core.connections.pool.query("UPDATE task SET risk_level = $2 WHERE id = $1", [id, risk]);
  return ade.tasks.get(id);
}

describe("task", () => {
  test("from flags, from a file with flags on top, and from standard input", async () => {
    const made = await json(
      author,
      "task",
      "create",
      ...flags,
      "-d",
      "By flags",
      "-p",
      "sleep_ms=3",
      "--tag",
      "a,b",
      "-p",
      "output=x=y",
    );
    expect(made).toMatchObject({
      state: "DRAFT",
      config: {
        type: "test.noop",
        resources: [{ type: "service", id: "nothing", actions: ["read"] }],
        parameters: { sleep_ms: 3, output: "x=y" },
      },
      metadata: { tags: ["a", "b"] },
    });
    const file = join(folder, "task.json");
    writeFileSync(file, JSON.stringify(noopTask("From the file")));
    const over = await json(author, "task", "create", "--file", file, "-d", "Over the file");
    expect(over.config).toMatchObject({ description: "Over the file", type: "test.noop" });

    const input = JSON.stringify(noopTask("From input").config);
    const piped = await runAde(["task", "create", "--file", "-", "--json"], { env: as(author), input });
    expect(JSON.parse(piped.stdout).config.description).toBe("From input");
    const again = () => json(author, "task", "create", ...flags, "-d", "Once", "--key", "nightly-1");
    expect((await again()).id).toBe((await again()).id);
  });

  test("what is wrong is told field by field, with exit code 2", async () => {
    const wrong = await runHere(["task", "create", "-d", "No type"], { env: as(author) });
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain("VALIDATION_ERROR");
    expect(wrong.stderr).toMatch(/config\.type/);
    const file = join(folder, "broken.json");
    writeFileSync(file, "{");
    const broken = await runHere(["task", "create", "--file", file], { env: as(author) });
    expect(broken).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("broken.json is not valid JSON"),
    });
    const nowhere = await runHere(["task", "show", crypto.randomUUID()], { env: as(author) });
    expect(nowhere.code).toBe(5);
    const away = await runHere(["task", "list", "--url", "http://127.0.0.1:9", "--patience", "0"], {
      env: as(author),
    });
    expect(away).toMatchObject({ code: 7, stderr: expect.stringContaining("NO_ANSWER") });
  });

  test("a dry run tells who would be asked, and stores nothing", async () => {
    const ended = await runHere(["task", "create", ...flags, "-d", "Only asked", "--dry-run"], {
      env: as(author),
    });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/Would be asked +reviewer/);
    expect((await json(author, "task", "list", "--search", "Only asked")).tasks).toEqual([]);
  });

  test("a list fits the terminal, has no colours without one, and cannot be repainted by a title", async () => {
    const evil = `Evil \u001b[2K\u001b[1A title ${"and long ".repeat(12)}`;
    const { id } = await json(author, "task", "create", ...flags, "-d", evil);
    // Its risk comes with its first plan, and with it another width of the columns.
    await vi.waitFor(
      async () => expect((await json(author, "task", "show", id)).risk?.level).toBeDefined(),
      10_000,
    );
    const shown = await runHere(["task", "list", "--search", "Evil"], { env: as(author), tty: [] });
    const plain = stripVTControlCharacters(shown.stdout);
    expect(shown.stdout).not.toBe(plain);
    expect(plain).toContain("\\u{1b}[2K");
    expect(plain).not.toContain("\u001b");
    for (const line of plain.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const bare = await runHere(["task", "list", "--search", "Evil"], {
      env: as(author, { NO_COLOR: "1" }),
      tty: [],
    });
    expect(bare.stdout).toBe(plain);
    const piped = await runHere(["task", "list", "--search", "Evil"], { env: as(author) });
    expect(piped.stdout).toContain("and long ".repeat(12).trim());
    expect(piped.stdout).not.toContain("\u001b");
  });

  test("watch follows a task to its end and ends as it ended; wait ends with the decision", async () => {
    const { id } = await waiting("To be watched");
    const watching = startAde(["task", "watch", id, "--json"], { env: as(author) });
    const wait = runHere(["task", "create", ...flags, "-d", "Waits", "--submit", "--wait"], {
      env: as(author),
    });
    await vi.waitFor(() => expect(watching.stdout).toContain("REVIEWING"), 15_000);
    await json(reviewer, "approvals", "approve", id, "--yes");
    expect(await watching.ended).toMatchObject({ code: 0, stderr: "" });
    const lines = (await watching.ended).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ id, state: "COMPLETED", execution: { result: "success" } });

    const [other] = await vi.waitFor(async () => {
      const { approvals } = await json(reviewer, "approvals", "list");
      expect(approvals).toHaveLength(1);
      return approvals;
    }, 10_000);
    await json(reviewer, "approvals", "reject", other.id, "--reason", "Not today");
    const waited = await wait;
    expect(waited.code).toBe(1);
    expect(waited.stdout).toMatch(/REJECTED Not today/);
    const late = await waiting("Never answered");
    const gaveUp = await runHere(["task", "watch", late.id, "--timeout", "1s"], { env: as(author) });
    expect(gaveUp).toMatchObject({ code: 6, stderr: expect.stringContaining("TIMED_OUT") });
    expect((await json(author, "task", "cancel", late.id, "--reason", "Enough")).state).toBe("CANCELLED");
  });
});

describe("approvals", () => {
  test("show the change and ask; no terminal and no yes is no answer", async () => {
    const { id } = await waiting("Ask me");
    const silent = await runHere(["approvals", "approve", id], { env: as(reviewer) });
    expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
    const no = await runHere(["approvals", "approve", id], { env: as(reviewer), tty: ["n"] });
    expect(no.code).toBe(2);
    const yes = await runHere(["approvals", "approve", id], { env: as(reviewer), tty: ["y"] });
    expect(yes.stderr).toContain("Ask me");
    expect(yes).toMatchObject({ code: 0, stdout: expect.stringContaining(id) });
    const author2 = await runHere(["approvals", "reject", (await waiting("Mine")).id, "--reason", "x"], {
      env: as(author),
    });
    expect(author2.code).toBe(4);
  });

  test("without a preview all that was asked for is shown, and what is done to what it touches", async () => {
    const ade = createClient({ url, apiKey: keyOf(author) });
    const { config } = noopTask("Trust me");
    const parameters = { ...config.parameters, output: "all \u001b[2Kof it" };
    const { id } = await ade.tasks.create({ config: { ...config, parameters } });
    await ade.tasks.submit(id, { skip_preview: true });
    await ade.tasks.waitFor(id, { states: ["REVIEWING"], signal: AbortSignal.timeout(10_000) });
    const shown = await runHere(["approvals", "approve", id], { env: as(reviewer), tty: ["n"] });
    expect(shown.stderr).toContain("\u001b[31mThere is no preview");
    expect(shown.stderr).toContain("all \\u001b[2Kof it");
    expect(stripVTControlCharacters(shown.stderr)).toMatch(/Touches +service:nothing \(read\)/);
    await json(author, "task", "cancel", id, "--reason", "Enough");
  });

  test("a stored key answers at a terminal only, unless it was stored for programs too", async () => {
    const env = { ADE_URL: url, XDG_CONFIG_HOME: newConfigFolder() };
    const login = (...more: string[]) => runHere(["login", ...more], { env, input: `${keyOf(reviewer)}\n` });
    expect(await login()).toMatchObject({ code: 0 });
    const [one, other] = [await waiting("Stored"), await waiting("Unattended")];
    const refusal = { code: 4, stdout: "", stderr: expect.stringContaining("NOT_ATTENDED") };
    const yes = ["approvals", "approve", one.id, "--yes"];
    expect(await runHere(yes, { env })).toMatchObject(refusal);
    const no = ["approvals", "reject", one.id, "--reason", "x"];
    expect(await runHere(no, { env })).toMatchObject(refusal);
    const batch = ["approvals", "batch", "approve", one.approvals[0]!.id];
    expect(await runHere([...batch, "--yes"], { env })).toMatchObject(refusal);
    expect(await runHere([...batch, "--dry-run"], { env })).toMatchObject({ code: 0 });
    expect(await runHere(yes, { env, tty: [] })).toMatchObject({ code: 0 });
    expect(await login("--unattended")).toMatchObject({ code: 0 });
    expect(await runHere(["approvals", "approve", other.id, "--yes"], { env })).toMatchObject({ code: 0 });
  });

  test("of HIGH risk take the content hash, of CRITICAL the name of what is touched; a yes is not enough", async () => {
    const high = await waiting("Dangerous", "HIGH");
    const hash = high.content_hash!;
    const answer = (...more: string[]) =>
      runHere(["approvals", "approve", high.id, "--json", ...more], { env: as(reviewer) });
    expect(await answer("--yes")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("NOT_CONFIRMED"),
    });
    expect(await answer("--hash", "00000000")).toMatchObject({ code: 2 });
    expect(await answer("--hash", hash.slice(0, 4))).toMatchObject({ code: 2 });
    const batch = ["approvals", "batch", "approve", high.approvals[0]!.id, "--yes"];
    expect(await runHere(batch, { env: as(reviewer) })).toMatchObject({ code: 2 });
    expect(await answer("--hash", hash.slice(0, 8))).toMatchObject({ code: 0 });

    const critical = await waiting("Very dangerous", "CRITICAL");
    const typed = (line: string) =>
      runHere(["approvals", "approve", critical.id, "--yes"], { env: as(reviewer), tty: [line] });
    expect((await typed("y")).code).toBe(2);
    expect((await typed("service:nothing")).code).toBe(0);
  });

  test("an answer is to the content that was shown: an edit in between is a conflict", async () => {
    const task = await waiting("Edited meanwhile");
    const { content_hash } = task;
    const ade = createClient({ url, apiKey: keyOf(author) });
    const config = { ...noopTask("Edited meanwhile").config, parameters: { sleep_ms: 1 } };
    await ade.send({ method: "PATCH", path: `/tasks/${task.id}`, body: { config } });
    const late = await runHere(["approvals", "approve", task.id, "--hash", content_hash!], {
      env: as(reviewer),
    });
    expect(late.code).not.toBe(0);
    expect(late.stderr).toMatch(/it has changed|NOTHING_WAITS/);
  });

  test("a batch is tried, shown and then done; all or none", async () => {
    const tasks = await Promise.all(["One", "Two"].map((name) => waiting(name)));
    const ids = tasks.map(({ approvals }) => approvals[0]!.id);
    expect(await json(reviewer, "approvals", "batch", "approve", ...ids, "--dry-run")).toMatchObject({
      dry_run: true,
      succeeded: 2,
    });
    const done = await runHere(["approvals", "batch", "approve", ...ids], { env: as(reviewer), tty: ["y"] });
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining("2 of 2 are answered") });
    const bad = await runHere(["approvals", "batch", "approve", ...ids, "--yes"], { env: as(author) });
    expect(bad.code).not.toBe(0);
  });
});

test("agents are made from a file, live by their key, pause, and go out and in as files", async () => {
  const file = join(folder, "agent.json");
  writeFileSync(file, JSON.stringify({ name: "builder", connection: { kind: "worker" }, tags: ["ci"] }));
  const { agent, api_key } = await json(admin, "agents", "create", "--file", file);
  const twice = await runHere(["agents", "create", "--file", file], { env: as(admin) });
  expect(twice).toMatchObject({ code: 8, stderr: expect.stringContaining("AGENT_NAME_TAKEN") });

  const own = { env: { ADE_URL: url, ADE_API_KEY: api_key as string } };
  const beating = startAde(["agents", "heartbeat", "--active-tasks", "2", "--keep"], own);
  await vi.waitFor(() => expect(beating.stdout).toContain("active"), 15_000);
  beating.child.kill("SIGTERM");
  expect(await beating.ended).toMatchObject({ code: 143, stderr: "" });
  expect(await runHere(["agents", "heartbeat"], { env: as(admin) })).toMatchObject({ code: 4 });
  expect((await runHere(["agents", "list"], { env: as(admin) })).stdout).toMatch(
    /builder +● active +\S.* +2 of 10/,
  );

  const status = async (command: string) => (await json(admin, "agents", command, "builder")).status;
  expect([await status("pause"), await status("drain"), await status("resume")]).toEqual([
    "paused",
    expect.stringMatching(/paused|draining/),
    "active",
  ]);
  const out = join(folder, "exported.json");
  await json(admin, "agents", "export", "builder", "--output", out);
  expect(readFileSync(out, "utf8")).not.toContain(agent.id);
  const copy = await json(admin, "agents", "import", out, "--name", "builder two");
  expect(copy.agent).toMatchObject({ name: "builder two", tags: ["ci"], connection: { kind: "worker" } });
  const wrong = await runHere(["agents", "import", file], { env: as(admin) });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("NOT_AN_AGENT_FILE") });
});

test("an agent that keeps saying that it lives outlasts a server that is away", {
  timeout: 60_000,
}, async () => {
  const file = join(folder, "lasting.json");
  writeFileSync(file, JSON.stringify({ name: "lasting", connection: { kind: "worker" } }));
  const { api_key } = await json(admin, "agents", "create", "--file", file);
  let isAway = false;
  const door = createServer((incoming, outgoing) => {
    if (isAway) return void incoming.socket.destroy();
    const { method, headers } = incoming;
    const onward = request(`${url}${incoming.url}`, { method, headers }, (given) => {
      // As often as it can: the next one is on its way at once.
      const pieces: Buffer[] = [];
      given.on("data", (piece: Buffer) => pieces.push(piece));
      given.on("end", () => {
        const body = JSON.parse(Buffer.concat(pieces).toString());
        outgoing.writeHead(given.statusCode!, { "content-type": "application/json" });
        outgoing.end(JSON.stringify({ ...body, ...("next_heartbeat_seconds" in body ? soon : {}) }));
      });
    });
    incoming.pipe(onward);
  }).listen(0, "127.0.0.1");
  const soon = { next_heartbeat_seconds: 0.2 };
  await once(door, "listening");
  const at = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  const beating = startAde(["agents", "heartbeat", "--keep", "--patience", "0"], {
    env: { ADE_URL: at, ADE_API_KEY: api_key as string },
  });
  const beats = () => beating.stdout.split("\n").length;
  await vi.waitFor(() => expect(beats()).toBeGreaterThan(1), 15_000);
  isAway = true;
  await vi.waitFor(() => expect(beating.stderr).toContain("It is said again"), 15_000);
  const before = beats();
  isAway = false;
  await vi.waitFor(() => expect(beats()).toBeGreaterThan(before), 15_000);
  beating.child.kill("SIGTERM");
  expect(await beating.ended).toMatchObject({ code: 143 });
  door.closeAllConnections();
  door.close();
});

test("the audit is checked and written out whole, the oldest first", async () => {
  await server.core.ledger.settle();
  const verified = await runHere(["audit", "verify"], { env: as(admin) });
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining("The record is whole") });
  const out = join(folder, "audit.jsonl");
  const { entries: count } = await json(admin, "audit", "export", "--output", out);
  const entries = readFileSync(out, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(entries).toHaveLength(count);
  expect(entries.length).toBeGreaterThan(50);
  const times = entries.map(({ at }) => at);
  expect(times).toEqual([...times].sort());
  // One entry that was changed afterwards by the owner of the database: the product's own role cannot.
  const owner = new pg.Client({ connectionString: server.core.databaseUrl });
  await owner.connect();
  await owner.query("UPDATE ledger_entry SET reason = 'x' WHERE id = $1", [entries[5].id]);
  await owner.end();
  const broken = await runHere(["audit", "verify"], { env: as(admin) });
  expect(broken).toMatchObject({ code: 1, stdout: expect.stringContaining("ENTRY_CHANGED") });
});

test("watch shows what happens, a line each, until it is ended", async () => {
  const watching = startAde(["watch", "tasks", "--json"], { env: as(author) });
  const made: string[] = [];
  await vi.waitFor(
    async () => {
      made.push((await json(author, "task", "create", ...flags, "-d", "Watched")).id);
      expect(watching.stdout).toContain("task:created");
    },
    { timeout: 20_000, interval: 500 },
  );
  const lines = watching.stdout.split("\n").filter((line) => line.endsWith("}"));
  const first = lines.map((line) => JSON.parse(line)).find(({ event }) => event === "task:created");
  expect(first).toMatchObject({ id: expect.any(String) });
  expect(made).toContain(first.payload.task_id);
  watching.child.kill("SIGINT");
  expect(await watching.ended).toMatchObject({ code: 130 });
  // `ade … | head -1 && deploy` must not take an end that nobody saw for a good one.
  const unread = startAde(["watch", "tasks", "--json"], { env: as(author) });
  unread.child.stdout!.destroy();
  await vi.waitFor(
    async () => {
      await json(author, "task", "create", ...flags, "-d", "Unread");
      expect(unread.child.exitCode).not.toBeNull();
    },
    { timeout: 20_000, interval: 500 },
  );
  expect(await unread.ended).toMatchObject({ code: 141, stderr: "" });
  const refused = await runHere(["watch", "locks"], { env: as(author) });
  expect(refused.code).toBe(4);
});
