import { expect, test } from "vitest";
import { startCommand } from "./start-command.ts";

const id = "01890000-0000-7000-8000-000000000000";

test("words that a shell would take apart are quoted", () => {
  const connection = {
    kind: "acp" as const,
    command: "my agent",
    args: ["it's", "--stdio"],
    cwd: "/srv/a b",
  };
  const { text } = startCommand({ id, connection }, "key", "https://ade.example");
  expect(text.split("\n")).toEqual([
    "export ADE_URL=https://ade.example",
    "export ADE_API_KEY=key",
    "cd '/srv/a b'",
    "ade acp -- 'my agent' 'it'\\''s' --stdio",
  ]);
});

test("an MCP client gets the address and the key, a worker its heartbeat", () => {
  const mcp = startCommand({ id, connection: { kind: "mcp" } }, "k", "http://localhost:3000");
  expect(JSON.parse(mcp.text).mcpServers["community-ade"]).toMatchObject({
    url: "http://localhost:3000/api/mcp",
    headers: { Authorization: "Bearer k" },
  });
  const worker = startCommand({ id, connection: { kind: "worker" } }, "k", "http://localhost:3000");
  expect(worker.text).toContain(`/api/v1/agents/${id}/heartbeat`);
});
