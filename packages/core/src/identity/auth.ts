import { prismaAdapter } from "better-auth/adapters/prisma";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";
import type { Logger } from "pino";
import type { PrismaClient } from "../generated/client.ts";
import type { Actor, Role } from "../kernel/actor.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Ledger } from "../ledger/service.ts";
import { accountColumns, sessionColumns, userColumns, verificationColumns } from "./auth-columns.ts";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./password.ts";

export type AuthOptions = {
  /** Where people open the product; https makes the cookie Secure. */
  readonly publicUrl: string;
  /** Further origins that may sign in, beside that of `publicUrl` and the request's own Host. */
  readonly trustedOrigins: readonly string[];
  readonly secret: string;
};

export type AuthDeps = { prisma: PrismaClient; ids: Ids; log: Logger; ledger: Ledger; auth: AuthOptions };

export type Auth = {
  /** Answers a request below /api/auth, in better-auth's own shapes. 404 for what is not offered. */
  handler(request: Request, where?: Actor["where"]): Promise<Response>;
  /** Name of the session cookie. */
  readonly cookieName: string;
};

const BASE_PATH = "/api/auth";
/** All that is offered of better-auth: people are made and changed by admins, through the ledger. */
const OFFERED = new Set(
  [
    "/sign-in/email",
    "/sign-out",
    "/get-session",
    "/change-password",
    "/revoke-sessions",
    "/revoke-other-sessions",
    "/ok",
  ].map((path) => BASE_PATH + path),
);

const CLIENT_IP = "x-ade-client-ip";
const REQUEST_ID = "x-ade-request-id";

/** Sign-in by better-auth on our tables: sessions in cookies, passwords by scrypt, sign-ins in the ledger. */
export function createAuth(deps: AuthDeps): Auth {
  const { prisma, ids, log, ledger, auth: options } = deps;
  const secure = options.publicUrl.startsWith("https:");

  /** The person as actor of their own sign-in, with where it came from. */
  async function actorOf(userId: string, sessionId: string, headers: Headers | undefined): Promise<Actor> {
    const user = await prisma.user.findUniqueOrThrow({ where: { id: userId } });
    return {
      kind: "user",
      id: user.id,
      name: user.name,
      roles: user.roles as Role[],
      groups: [],
      scopes: null,
      owner_id: null,
      via: `session:${sessionId}`,
      where: {
        service: "api",
        ip: headers?.get(CLIENT_IP) ?? undefined,
        user_agent: headers?.get("user-agent") ?? undefined,
        request_id: headers?.get(REQUEST_ID) ?? undefined,
      },
    };
  }

  const instance = betterAuth({
    baseURL: options.publicUrl,
    basePath: BASE_PATH,
    // As `secrets`, so that no variable of better-auth's own in the environment can replace it.
    secrets: [{ version: 1, value: options.secret }],
    database: prismaAdapter(prisma, { provider: "postgresql" }),
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    trustedOrigins: (request) => [...options.trustedOrigins, ...ownOrigins(request?.headers.get("host"))],
    // "info", because at "error" better-auth writes to the console too; a foreign Origin or a wrong password is no error.
    logger: { level: "info", log: (level, message) => log.debug({ part: "sign-in", level }, message) },
    onAPIError: {
      onError: (error) => {
        if (!(error instanceof APIError)) log.error({ err: error }, "A sign-in route failed");
      },
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
    },
    user: { modelName: "user", fields: userColumns },
    session: { modelName: "session", fields: sessionColumns },
    account: { modelName: "account", fields: accountColumns },
    verification: { modelName: "verification", fields: verificationColumns },
    databaseHooks: {
      session: {
        create: {
          before: async (session) => {
            const user = await prisma.user.findUnique({
              where: { id: session.userId },
              select: { active: true },
            });
            if (user?.active) return;
            throw new APIError("FORBIDDEN", { code: "ACCOUNT_INACTIVE", message: "This account is closed." });
          },
          after: async (session, context) => {
            const actor = await actorOf(session.userId, session.id, context?.headers);
            const fact = { action: "session.signed_in", entity_type: "user", entity_id: actor.id };
            await ledger.record(actor, [fact]);
          },
        },
      },
    },
    hooks: {
      after: createAuthMiddleware(async (context) => {
        const session = context.context.session;
        const failed = context.context.returned instanceof Error;
        if (context.path !== "/change-password" || !session || failed) return;
        const actor = await actorOf(session.user.id, session.session.id, context.headers);
        await ledger.record(actor, [
          { action: "user.password_set", entity_type: "user", entity_id: actor.id },
        ]);
      }),
    },
    advanced: {
      cookiePrefix: "ade",
      useSecureCookies: secure,
      // Said, because better-auth lets both go in test environments.
      disableCSRFCheck: false,
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [CLIENT_IP] },
      database: { generateId: () => ids.uuid() },
    },
  });

  return {
    async handler(request, where) {
      if (!OFFERED.has(new URL(request.url).pathname)) return new Response("Not Found", { status: 404 });
      return instance.handler(
        new Request(request, { headers: vouchedHeaders(request.headers, where, options) }),
      );
    },
    cookieName: `${secure ? "__Secure-" : ""}ade.session_token`,
  };
}

/** A browser that opened us by another name or address of this machine is no stranger: the front door allows it too. */
function ownOrigins(host: string | null | undefined): string[] {
  return host ? [`http://${host}`, `https://${host}`] : [];
}

/**
 * The request's headers with what the front door knows in place of what the caller may claim. Programs such as curl
 * send a cookie and no Origin, which is no forgery (a browser always names one); better-auth wants to see an Origin.
 */
function vouchedHeaders(given: Headers, where: Actor["where"] | undefined, options: AuthOptions): Headers {
  const headers = new Headers(given);
  for (const [name, value] of [
    [CLIENT_IP, where?.ip],
    [REQUEST_ID, where?.request_id],
  ] as const) {
    headers.delete(name);
    if (value) headers.set(name, value);
  }
  const isProgram = !headers.has("origin") && !headers.has("referer") && !headers.has("sec-fetch-site");
  if (isProgram) headers.set("origin", new URL(options.publicUrl).origin);
  return headers;
}
