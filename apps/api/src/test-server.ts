import type { Role } from "@ade/core/kernel/actor";
import { systemActor } from "@ade/core/kernel/actor";
import { makeCore, type TestCore } from "@ade/testkit/make-core";
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { createLogger } from "./logging.ts";
import { buildServer, type ServerOptions } from "./server.ts";

export type Caller = { id: string; email: string; authorization: string };
export type TestServer = {
  app: FastifyInstance;
  core: TestCore;
  /** A person with these roles and an API key without scopes. */
  person(name: string, roles: Role[], scopes?: string[]): Promise<Caller>;
  /** An agent with its key. */
  agent(name: string, owner: Caller): Promise<Caller>;
  /** One REST call, as somebody or as nobody. */
  call(
    caller: Caller | null,
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
};

export const PASSWORD = "correct horse battery";

/** The real server on a core of its own; requests go through it without a socket. */
export async function makeServer(
  options: Partial<ServerOptions> = {},
  ofCore: Parameters<typeof makeCore>[0] = {},
): Promise<TestServer> {
  const core = await makeCore(ofCore);
  const app = await buildServer({
    core,
    log: createLogger(process.env.LOG_LEVEL ?? "silent"),
    publicUrl: "http://localhost:3000",
    webUrl: undefined,
    trustProxy: false,
    bodyLimitBytes: 1_048_576,
    requestsPerSecond: 1_000_000,
    ...options,
  });
  await app.ready();
  const setup = systemActor("tests");

  return {
    app,
    core,
    async person(name, roles, scopes) {
      const email = `${name}@example.org`;
      const { id } = await core.identity.users.create(setup, { email, name, roles, password: PASSWORD });
      const actor = { ...setup, kind: "user" as const, id, name, roles, via: "session:tests" };
      const { key } = await core.identity.apiKeys.create(actor, {
        name: "tests",
        ...(scopes ? { scopes } : {}),
      });
      return { id, email, authorization: `Bearer ${key}` };
    },
    async agent(name, owner) {
      const actor = { ...setup, kind: "user" as const, id: owner.id, roles: ["admin" as const] };
      const { agentInput } = await import("@ade/core/agents/schema");
      const { agent, api_key } = await core.agents.create(
        actor,
        agentInput.parse({ name, connection: { kind: "mcp" } }),
      );
      return { id: agent.id, email: "", authorization: `Bearer ${api_key}` };
    },
    call(caller, method, path, body, headers = {}) {
      const request: InjectOptions = {
        method,
        url: path.startsWith("/api/") ? path : `/api/v1${path}`,
        headers: { ...(caller ? { authorization: caller.authorization } : {}), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      };
      return app.inject(request);
    },
    async close() {
      await app.close();
      await core.dispose();
    },
  };
}

/** A task that no policy asks much for. */
export function noopTask(description = "Do nothing") {
  return {
    config: {
      type: "test.noop",
      description,
      resources: [{ type: "service" as const, id: "nothing", actions: ["read" as const] }],
      parameters: {},
    },
  };
}
