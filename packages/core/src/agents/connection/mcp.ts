import type { CheckRun, Checks } from "./check-run.ts";
import { CheckFailed } from "./check-run.ts";

export const MCP_CHECKS: Checks = [
  { name: "key", title: "A key opens the door" },
  { name: "initialize", title: "Our MCP server answers" },
  { name: "tools", title: "It offers its tools" },
];

const LIMIT_MS = 10_000;

/** The agent calls us: so we call ourselves as it would, by the front door, with a key that lives for the test. */
export async function checkMcp(
  run: CheckRun,
  options:
    | { publicUrl: string; withKey: <T>(use: (key: string) => Promise<T>) => Promise<T> }
    | { why: string; next: string },
): Promise<void> {
  if ("why" in options) {
    for (const { name } of MCP_CHECKS) run.skip(name, options.why, options.next);
    return;
  }
  const { publicUrl, withKey } = options;
  await withKey(async (key) => {
    const url = new URL("/api/mcp", publicUrl);
    const [{ Client }, { StreamableHTTPClientTransport }] = await Promise.all([
      import("@modelcontextprotocol/sdk/client/index.js"),
      import("@modelcontextprotocol/sdk/client/streamableHttp.js"),
    ]);
    const transport = new StreamableHTTPClientTransport(url, {
      requestInit: { headers: { authorization: `Bearer ${key}` }, redirect: "error" },
    });
    const client = new Client({ name: "community-ade-connection-test", version: "1.0.0" });
    const within = { timeout: LIMIT_MS };
    try {
      await run.step("key", async () => ({
        message: "Made for this test, and revoked after it.",
        found: undefined,
      }));
      await run.step("initialize", async () => {
        // The SDK's own class says it is optional where its interface says it may be undefined.
        await client.connect(transport as Parameters<typeof client.connect>[0], within).catch(refuse(url));
        const server = client.getServerVersion();
        return { message: server ? `${server.name} ${server.version}` : "It answered.", found: undefined };
      });
      await run.step("tools", async () => {
        const { tools } = await client.listTools({}, within).catch(refuse(url));
        if (tools.length === 0) throw new CheckFailed("It offers no tool to this agent's keys.");
        return { message: `${tools.length} tools`, found: undefined };
      });
    } finally {
      await client.close().catch(() => undefined);
    }
  });
}

function refuse(url: URL) {
  return (error: unknown): never => {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (code === 401 || code === 403) throw new CheckFailed(`${url.href} refused the key (${code}).`);
    throw new CheckFailed(
      `${url.href} did not answer as an MCP server${typeof message === "string" ? `: ${message.slice(0, 200)}` : ""}.`,
      "See whether ADE_PUBLIC_URL is an address that agents can reach, and what stands between.",
    );
  };
}
