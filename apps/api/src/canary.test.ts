import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { type Executor, ExecutorFailure } from "@ade/core/executors/service";
import { randomIds } from "@ade/core/kernel/ids";
import { type MailServer, startMailServer } from "@ade/testkit/mail-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "./logging.ts";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

/** A value that stands nowhere else, with what encodings spell otherwise. */
const CANARY = `canary/"${randomIds.secret(12)}" & <'${randomIds.secret(12)}'>ä`;
/** What the executor says as often as the canary but nobody hides: where it is not found, nothing was searched. */
const CONTROL = `control-${randomIds.secret(12)}`;

const inGo = (word: string): string =>
  JSON.stringify(word)
    .slice(1, -1)
    .replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
const base64Of = (text: string) => Buffer.from(text).toString("base64");

const spellingsOf = (word: string): string[] => [
  word,
  JSON.stringify(word).slice(1, -1),
  JSON.stringify(JSON.stringify(word).slice(1, -1)).slice(1, -1),
  inGo(word),
  inGo(inGo(word)),
  JSON.stringify(word).slice(1, -1).replaceAll("ä", "\\u00e4"),
  word.replaceAll("'", "''"),
  word.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&#34;").replaceAll("'", "&#39;"),
  encodeURIComponent(word),
  encodeURI(word),
  encodeURIComponent(word).replace(/%../g, (code) => code.toLowerCase()),
  base64Of(word).replace(/=+$/, ""),
  Buffer.from(word).toString("base64url"),
  Buffer.from(word).toString("hex"),
];
/** Inside a longer encoding, of one line and of several. */
const insideOf = (word: string): string[] => [
  ...["u:", "us:", "use:"].map((user) => base64Of(`${user}${word}:end`)),
  base64Of(`${"a long user name, ".repeat(2)}:${word}:end`).replace(/.{76}/g, "$&\n"),
];
/** Of what stands inside a longer encoding, the middle is looked for; of several lines, a piece of each. */
const CANARIES = [
  ...new Set([
    ...spellingsOf(CANARY),
    ...insideOf(CANARY).flatMap((text) => {
      const [first = "", second] = text.split("\n");
      return second === undefined ? [first.slice(8, -8)] : [first.slice(-12), second.slice(0, -12)];
    }),
  ]),
];

/** Says what it was told in every way that an executor has. */
function createEcho(): Executor {
  const words = (config: { parameters: Record<string, unknown> }, reveal: (text: string) => string) =>
    [spellingsOf, insideOf].flatMap((of) => of(reveal(String(config.parameters.text)))).concat(CONTROL);
  return {
    types: ["trial.echo"],
    title: "Echo",
    description: "Says what it is told.",
    parameters: {
      type: "object",
      additionalProperties: false,
      required: ["text", "ends"],
      properties: { text: { type: "string" }, ends: { enum: ["well", "badly", "in a bug"] } },
    },
    example: { parameters: { text: "hello", ends: "well" } },
    worst_case: 10,
    volatile: [],
    retry: false,
    cheap_plan: true,
    digest: () => "trial.echo/1",
    resources: (config) => config.resources,
    plan: async (config, { reveal }) => {
      const said = words(config, reveal);
      const change = { resource: config.resources[0]!, action: "say", diff: `+${said.join("\n+")}\n` };
      return {
        valid: true,
        changes: [{ ...change, before: said, after: Object.fromEntries(said.map((word) => [word, word])) }],
        warnings: said,
        errors: [],
        affected_services: [],
      };
    },
    stash: async (config, { reveal }) => ({ said: words(config, reveal) }),
    inspect: async () => "untouched",
    apply: async (config, context) => {
      const said = words(config, context.reveal);
      for (const message of said) context.report({ message });
      for (const letter of said.join("\n")) context.output(letter);
      for (const word of said) context.output(`${word}\n`);
      const cause = Object.assign(new Error(said.join(" ")), { request: { said }, code: "ESAID" });
      if (config.parameters.ends === "badly")
        throw new ExecutorFailure(said.join(" "), { details: said, cause });
      if (config.parameters.ends === "in a bug") throw cause;
      return { output: said.join("\n") };
    },
    rollback: async (stash, context) => {
      context.output(JSON.stringify(stash));
      throw new Error(JSON.stringify(stash));
    },
  };
}

const heard = { logs: "", answers: "", events: "", hooks: "", mails: "", database: "" };
let server: TestServer;
let mail: MailServer;
let hooks: Server;
const callers = {} as Record<"admin" | "author" | "reviewer", Caller>;
const listening = new AbortController();

beforeAll(async () => {
  mail = await startMailServer();
  hooks = createServer((request, response) => {
    request.on("data", (chunk) => {
      heard.hooks += chunk;
    });
    request.on("end", () => response.writeHead(200).end());
  });
  hooks.listen(0, "127.0.0.1");
  await once(hooks, "listening");
  const log = createLogger(
    "trace",
    new Writable({
      write(chunk, _encoding, done) {
        heard.logs += chunk;
        done();
      },
    }),
  );
  const httpAllow = `127.0.0.1:${(hooks.address() as AddressInfo).port}`;
  const outgoing = { smtpUrl: mail.url, from: "ADE <ade@test.local>", httpAllow };
  server = await makeServer({ log }, { log, outgoing, executors: [createEcho()] });
  await server.core.startWorker();
  for (const role of ["admin", "author", "reviewer"] as const)
    callers[role] = await server.person(role, [role]);
  await call("admin", "POST", "/webhook-subscriptions", {
    name: "chat",
    url: `http://${httpAllow}/`,
    format: "slack",
    events: ["task:created", "task:state_changed", "task:completed", "approval:requested"],
  });
});
afterAll(async () => {
  listening.abort();
  await server.close();
  hooks.close();
  await mail.stop();
});

/** Every answer is heard. */
async function call(
  who: keyof typeof callers,
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: object,
) {
  const response = await server.call(callers[who], method, path, body);
  heard.answers += response.body;
  return response;
}

const configOf = (ends: string) => ({
  type: "trial.echo",
  description: `Echo ${CONTROL} and end ${ends}`,
  resources: [{ type: "service", id: `echo-${ends.replaceAll(" ", "-")}`, actions: ["execute"] }],
  parameters: { text: "secret://canary", ends },
  secrets: ["secret://CANARY"],
});

async function live(ends: string): Promise<string> {
  const config = configOf(ends);
  await call("author", "POST", "/simulate", { config });
  await call("author", "POST", "/tasks", { config, dry_run: true });
  const { id } = (await call("author", "POST", "/tasks", { config })).json();
  const channels = [`task:${id}`, "system"];
  const events = server.core.ledger.events.subscribe({ channels, signal: listening.signal });
  void (async () => {
    for await (const event of events) heard.events += JSON.stringify(event);
  })().catch(() => undefined);
  await call("author", "POST", `/tasks/${id}/submit`, {});
  await server.core.taskIn(id, "REVIEWING");
  const task = (await call("reviewer", "GET", `/tasks/${id}`)).json();
  const mine = task.approvals.find(
    (each: { reviewer_id: string }) => each.reviewer_id === callers.reviewer.id,
  );
  await call("reviewer", "POST", `/approvals/${mine.id}/respond`, {
    action: "approve",
    options: { undo_seconds: 0, apply_immediately: true },
  });
  await server.core.taskIn(id, "COMPLETED");
  for (const path of ["", "/preview", "/locks", "/comments"])
    await call("admin", "GET", `/tasks/${id}${path}`);
  await call("admin", "GET", `/audit?task_id=${id}&limit=200`);
  return id;
}

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const { pool } = server.core.connections;
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const parts = await Promise.all(
    tables.map(async ({ name }) => (await pool.query(`SELECT t::text AS row FROM ${name} t`)).rows),
  );
  return parts
    .flat()
    .map(({ row }) => String(row))
    .join("\n");
}

test("a secret's value is found nowhere, however an executor says it", async () => {
  const refused = [
    { name: "not a name", value: CANARY },
    { name: "canary", value: `${CANARY}\0` },
    { name: "canary", value: CANARY, unknown: CANARY.slice(0, 5) },
    { name: "canary", value: [CANARY] },
  ];
  for (const body of refused) expect((await call("admin", "POST", "/secrets", body)).statusCode).toBe(400);
  expect((await call("admin", "POST", "/secrets", { name: "canary", value: CANARY })).statusCode).toBe(201);
  expect((await call("admin", "POST", "/secrets", { name: "canary", value: CANARY })).statusCode).toBe(409);
  expect((await call("admin", "POST", "/secrets/canary/versions", { value: CANARY })).statusCode).toBe(201);
  const pasted = { ...configOf("well"), secrets: [CANARY] };
  expect((await call("author", "POST", "/tasks", { config: pasted })).statusCode).toBe(400);

  const ids = [await live("well"), await live("badly"), await live("in a bug")];
  const results = await Promise.all(
    ids.map(async (id) => (await call("author", "GET", `/tasks/${id}`)).json().execution.result),
  );
  expect(results).toEqual(["success", "failure", "failure"]);
  for (const path of [
    "/secrets",
    "/secrets/canary/uses",
    "/notifications",
    "/audit?limit=200",
    "/executors",
    "/tasks",
  ])
    expect((await call("admin", "GET", path)).statusCode).toBe(200);
  await server.core.ledger.settle();
  await server.core.notifications.tell();
  while ((await server.core.notifications.deliver()) > 0);
  const { subscriptions } = (await call("admin", "GET", "/webhook-subscriptions")).json();
  await call("admin", "GET", `/webhook-subscriptions/${subscriptions[0].id}/deliveries`);
  heard.mails = JSON.stringify(mail.received);
  await call("admin", "DELETE", "/secrets/canary/versions/1");
  heard.database = await dump();
  await call("admin", "DELETE", "/secrets/canary");

  for (const [place, text] of Object.entries(heard)) {
    for (const canary of CANARIES) {
      const at = text.indexOf(canary);
      expect(at === -1 ? "" : `${place}: …${text.slice(Math.max(0, at - 200), at + 50)}…`).toBe("");
    }
    expect(text.includes(CONTROL), `${place} was searched`).toBe(true);
  }
  expect(await server.core.ledger.verify()).toMatchObject({ ok: true });
});
