// An agent for tests: does what the prompt's text says, and says how its requests for permission were answered.
import { createInterface } from "node:readline";

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const waiting = new Map();
let next = 0;

function ask(
  sessionId,
  options = [
    { kind: "allow_once", name: "Yes", optionId: "1" },
    { kind: "reject_once", name: "No", optionId: "2" },
  ],
) {
  const id = `ask-${next++}`;
  const toolCall = {
    toolCallId: id,
    title: `Run ${id}`,
    kind: "execute",
    rawInput: { command: `echo ${id}` },
  };
  send({ id, method: "session/request_permission", params: { sessionId, toolCall, options } });
  return new Promise((resolve) => waiting.set(id, resolve));
}

const scripts = {
  async storm(sessionId, count) {
    const answers = await Promise.all(Array.from({ length: Number(count) }, () => ask(sessionId)));
    const said = answers.map(({ result }) => result?.outcome.optionId ?? result?.outcome.outcome ?? "error");
    return Object.fromEntries(
      ["1", "2", "cancelled", "error"].map((each) => [each, said.filter((one) => one === each).length]),
    );
  },
  async once(sessionId) {
    const { result } = await ask(sessionId);
    return result;
  },
  async always(sessionId) {
    return ask(sessionId, [{ kind: "allow_always", name: "For ever", optionId: "1" }]);
  },
  async die(sessionId) {
    void ask(sessionId);
    await new Promise((resolve) => setTimeout(resolve, Number(process.env.DIE_AFTER_MS ?? 500)));
    process.exit(7);
  },
  async oversize() {
    process.stdout.write(`${"x".repeat(33 * 1024 * 1024)}\n`);
    return {};
  },
};

createInterface({ input: process.stdin }).on("line", async (line) => {
  const message = JSON.parse(line);
  if (!message.method) return waiting.get(message.id)?.(message);
  if (message.method === "initialize")
    return send({ id: message.id, result: { protocolVersion: 1, agentCapabilities: {} } });
  if (message.method === "session/new")
    return send({ id: message.id, result: { sessionId: `s-${crypto.randomUUID()}` } });
  if (message.method === "session/prompt") {
    const { sessionId, prompt } = message.params;
    const [name, argument] = prompt[0].text.split(" ");
    const answer = await scripts[name](sessionId, argument);
    return send({ id: message.id, result: { stopReason: "end_turn", _meta: { answer } } });
  }
  if (message.id !== undefined) return send({ id: message.id, result: { echo: message } });
  if (message.method.startsWith("_")) send({ method: `${message.method}/heard`, params: message.params });
});
