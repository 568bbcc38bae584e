import type { AddressInfo } from "node:net";
import type { ErrorEnvelope } from "@ade/api/failure";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { CallToolResult, Progress } from "@modelcontextprotocol/sdk/types.js";
import type { Caller, TestServer } from "./test-server.ts";

type Answer = Record<string, unknown> & { id: string; link: string; next: string };
type CallOptions = { signal?: AbortSignal; onprogress?: (progress: Progress) => void };

export type McpCaller = {
  client: Client;
  /** The structured answer of a tool. Throws where it is a refusal. */
  call<T = Answer>(name: string, input?: object, options?: CallOptions): Promise<T>;
  /** The refusal of a tool. Throws where it is none. */
  refusal(name: string, input?: object): Promise<ErrorEnvelope["error"]>;
};

/** Listens, and answers how somebody connects to it with the SDK's own client. */
export async function listenForMcp(server: TestServer): Promise<{
  url: string;
  connect(caller: Caller): Promise<McpCaller>;
  close(): Promise<void>;
}> {
  await server.app.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}/api/mcp`;
  const clients: Client[] = [];

  async function connect({ authorization }: Caller): Promise<McpCaller> {
    const client = new Client({ name: "tests", version: "1" });
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { authorization } },
    });
    // Its type says `undefined` where the interface's leaves out.
    await client.connect(transport as Parameters<Client["connect"]>[0]);
    clients.push(client);
    const ask = (name: string, input: object = {}, options: CallOptions = {}) =>
      client.callTool({ name, arguments: { ...input } }, undefined, options) as Promise<CallToolResult>;
    return {
      client,
      async call<T>(name: string, input?: object, options?: CallOptions) {
        const { isError, structuredContent, content } = await ask(name, input, options);
        if (isError) throw new Error(JSON.stringify(content));
        return structuredContent as T;
      },
      async refusal(name, input) {
        const { isError, structuredContent } = await ask(name, input);
        if (!isError) throw new Error(`${name} was not refused`);
        return (structuredContent as ErrorEnvelope).error;
      },
    };
  }

  return {
    url,
    connect,
    async close() {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}
