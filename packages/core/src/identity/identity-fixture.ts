import { createDatabase, openPool } from "@ade/testkit/database";
import { PrismaPg } from "@prisma/adapter-pg";
import { pino } from "pino";
import { PrismaClient } from "../generated/client.ts";
import { type Actor, type Role, systemActor } from "../kernel/actor.ts";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { randomIds } from "../kernel/ids.ts";
import { createLedger } from "../ledger/service.ts";
import { createUserInput, type UserEntry } from "./schema.ts";
import { createIdentityService } from "./service.ts";

export const ORIGIN = "http://localhost:3000";
export const PASSWORD = "a long enough password";
export const WHERE: Actor["where"] = {
  service: "api",
  ip: "192.0.2.7",
  user_agent: "test",
  request_id: "req-1",
};
export const SYSTEM = systemActor("test");

/** Identity on a database of its own, for tests of this slice and of those right above it. */
export async function openIdentity(options: { clock?: Clock; publicUrl?: string } = {}) {
  const database = await createDatabase();
  const pool = openPool({ connectionString: database.url, max: 8 });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const base = {
    pool,
    prisma,
    clock: options.clock ?? systemClock,
    ids: randomIds,
    log: pino({ level: "silent" }),
  };
  const ledger = createLedger({
    ...base,
    redis: null,
    projections: new Map(),
    onSeal: async () => undefined,
    secret: "of the tests",
    anchorFile: null,
  });
  const auth = { publicUrl: options.publicUrl ?? ORIGIN, trustedOrigins: [], secret: "x9".repeat(20) };
  const identity = createIdentityService({ ...base, ledger, auth });
  let people = 0;

  /** A route of better-auth's, as the front door calls it. */
  function callAuth(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
    where: Actor["where"] | null = WHERE,
  ): Promise<Response> {
    const request = new Request(`${auth.publicUrl}/api/auth${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "test", ...headers },
      body: JSON.stringify(body),
    });
    return identity.auth.handler(request, where ?? undefined);
  }

  return {
    ...base,
    ledger,
    identity,
    callAuth,
    /** A person with the roles and the password PASSWORD. */
    person(roles: Role[], more: { groups?: string[]; manager_id?: string } = {}): Promise<UserEntry> {
      people += 1;
      const email = `person-${people}@example.com`;
      const input = { email, name: `Person ${people}`, password: PASSWORD, roles, ...more };
      return identity.users.create(SYSTEM, createUserInput.parse(input));
    },
    /** The session cookie of a sign-in, as a Cookie header. */
    async signIn(email: string, password = PASSWORD): Promise<string> {
      const answer = await callAuth("/sign-in/email", { email, password });
      const cookie = answer.headers.get("set-cookie")?.split(";")[0];
      if (answer.status !== 200 || !cookie)
        throw new Error(`No sign-in: ${answer.status} ${await answer.text()}`);
      return cookie;
    },
    /** Who a cookie or a key stands for, or an error. */
    async actor(credentials: { cookie?: string; key?: string }): Promise<Actor> {
      const authorization = credentials.key && `Bearer ${credentials.key}`;
      const actor = await identity.resolveActor({ cookie: credentials.cookie, authorization, where: WHERE });
      if (!actor) throw new Error("Nobody");
      return actor;
    },
    /** What the ledger says happened to an entity, in order. */
    factsOf(entity_id: string) {
      return prisma.ledger_entry.findMany({ where: { entity_id }, orderBy: { id: "asc" } });
    },
    async close() {
      await ledger.settle();
      await ledger.sealer.stop();
      await prisma.$disconnect();
      await pool.end();
      await database.drop();
    },
  };
}
export type TestIdentity = Awaited<ReturnType<typeof openIdentity>>;
