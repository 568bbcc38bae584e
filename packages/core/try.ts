import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import pino from "pino";
import { agentInput } from "./src/agents/schema.ts";
import { createAgentsService } from "./src/agents/service.ts";
import { PrismaClient } from "./src/generated/client.ts";
import { createIdentityService } from "./src/identity/service.ts";
import { systemActor } from "./src/kernel/actor.ts";
import { systemClock } from "./src/kernel/clock.ts";
import { randomIds } from "./src/kernel/ids.ts";
import { createLedger } from "./src/ledger/service.ts";

const pool = new pg.Pool({ connectionString: process.env.URL, max: 10 });
const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
const log = pino({ level: "info" });
const deps = { pool, prisma, redis: null, clock: systemClock, ids: randomIds, log };
const ledger = createLedger({
  ...deps,
  projections: new Map(),
  onSeal: async () => [],
  secret: "s".repeat(40),
  anchorFile: null,
} as never);
const identity = createIdentityService({
  ...deps,
  ledger,
  auth: {
    publicUrl: "http://localhost:3000",
    trustedOrigins: ["http://127.0.0.1:3000"],
    secret: "x9".repeat(20),
  },
});
const agents = createAgentsService({
  ...deps,
  ledger,
  identity,
  emitLive: (e) => console.log("live", JSON.stringify(e)),
});
console.log(await Promise.all([identity.ensureFirstAdmin({}), identity.ensureFirstAdmin({})]));
const sys = systemActor("test");
const email = `a${Date.now()}@example.com`;
const u = await identity.users.create(sys, {
  email,
  name: "Ann",
  password: "correct horse battery",
  roles: ["admin", "author"],
  groups: ["sec", "dba"],
});
console.log(u);
async function signIn(password: string, headers: Record<string, string> = {}) {
  const r = await identity.auth.handler(
    new Request("http://localhost:3000/api/auth/sign-in/email", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ email, password }),
    }),
    { service: "api", ip: "10.1.2.3", request_id: "r1" },
  );
  return r;
}
let r = await signIn("wrong password!");
console.log(r.status, await r.text());
r = await signIn("correct horse battery");
console.log(r.status, r.headers.get("set-cookie"), await r.text());
const cookie = r.headers.get("set-cookie")!.split(";")[0]!;
const again = await signIn("correct horse battery", { cookie });
console.log("again with cookie, no origin", again.status);
console.log(
  "foreign origin",
  (await signIn("correct horse battery", { cookie, origin: "http://evil.example" })).status,
);
const where = { service: "api", ip: "10.1.2.3" };
console.log(await identity.resolveActor({ cookie, where }));
const actor = (await identity.resolveActor({ cookie, where }))!;
const key = await identity.apiKeys.create(actor, { name: "ci" });
console.log(key, await identity.resolveActor({ authorization: `Bearer ${key.key}`, where }));
const made = await agents.create(
  actor,
  agentInput.parse({ name: `bot ${Date.now()}`, connection: { kind: "worker" } }),
);
console.log(made);
const bot = (await identity.resolveActor({ authorization: `Bearer ${made.api_key}`, where }))!;
console.log(bot, await agents.heartbeat(bot, bot.id, { active_tasks: 1, metrics: { cpu: 0.5 } }));
const g = await identity.auth.handler(
  new Request("http://localhost:3000/api/auth/get-session", { headers: { cookie } }),
);
console.log(g.status, await g.text());
for (const [name, c] of [
  ["cookie", { cookie, where }],
  ["person key", { authorization: `Bearer ${key.key}`, where }],
  ["agent key", { authorization: `Bearer ${made.api_key}`, where }],
  ["unknown key", { authorization: `Bearer ade_${"x".repeat(43)}`, where }],
  ["forged cookie", { cookie: cookie.slice(0, -8) + "AAAA%3D", where }],
] as const) {
  for (let i = 0; i < 500; i++) await identity.resolveActor(c);
  let t = performance.now();
  const n = 4000;
  const times: number[] = [];
  for (let i = 0; i < n; i++) {
    const s = performance.now();
    await identity.resolveActor(c);
    times.push(performance.now() - s);
  }
  times.sort((a, b) => a - b);
  const serial = ((performance.now() - t) / n) * 1000;
  t = performance.now();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let i = 0; i < n / 10; i++) await identity.resolveActor(c);
    }),
  );
  console.log(
    name,
    "mean",
    serial.toFixed(0),
    "p50",
    (times[n / 2]! * 1000).toFixed(0),
    "p99",
    (times[Math.floor(n * 0.99)]! * 1000).toFixed(0),
    "µs serial;",
    (((performance.now() - t) / n) * 1000).toFixed(0),
    "µs at 10 in parallel",
  );
}
{
  const t = performance.now();
  const n = 4000;
  for (let i = 0; i < n; i++) await pool.query({ name: "one", text: "SELECT 1" });
  console.log("SELECT 1", (((performance.now() - t) / n) * 1000).toFixed(0));
}
{
  const t = performance.now();
  const n = 500;
  for (let i = 0; i < n; i++)
    await identity.auth.handler(
      new Request("http://localhost:3000/api/auth/get-session", { headers: { cookie } }),
    );
  console.log("better-auth getSession", (((performance.now() - t) / n) * 1000).toFixed(0));
}
await identity.users.update(sys, u.id, { active: false }).catch((e) => console.log(e.code));
console.log(
  await identity.resolveActor({ cookie, where }),
  await identity.resolveActor({ authorization: `Bearer ${key.key}`, where }),
  await identity.resolveActor({ authorization: `Bearer ${made.api_key}`, where }),
);
r = await signIn("correct horse battery");
console.log(r.status, await r.text());
await ledger.settle().catch(console.error);
await prisma.$disconnect();
await pool.end().catch(() => {});
process.exit(0);
