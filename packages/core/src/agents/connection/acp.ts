import { constants } from "node:fs";
import { access, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { ClientContext, InitializeResponse } from "@agentclientprotocol/sdk";
import { type Conversation, converse } from "../../executors/adapters/command/service.ts";
import type { AgentConnection } from "../schema.ts";
import { CheckFailed, type CheckRun, type Checks } from "./check-run.ts";

export const ACP_CHECKS: Checks = [
  { name: "found", title: "The command is there" },
  { name: "started", title: "It starts" },
  { name: "initialize", title: "It speaks the Agent Client Protocol" },
  { name: "session", title: "It opens a session" },
  { name: "ended", title: "It ends cleanly" },
];

const LIMIT_MS = 20_000;
/** A program that cannot run at all has usually ended by then. */
const STARTED_MS = 300;
const LEAVING_MS = 3_000;
/** JSON-RPC code by which agents ask to be signed in first. */
const AUTH_REQUIRED = -32_000;
const MAX_MESSAGE_BYTES = 1_000_000;
const SAID = 300;

type Acp = Extract<AgentConnection, { kind: "acp" }>;

/** Starts the agent as it would be started for work, shakes hands, and lets it go again. */
export async function checkAcp(
  run: CheckRun,
  { command, args = [], cwd }: Acp,
  stopped: AbortSignal,
): Promise<void> {
  const own = cwd ? null : await mkdtemp(join(tmpdir(), "ade-agent-test-"));
  const directory = cwd ?? own ?? tmpdir();
  const kill = new AbortController();
  const signal = AbortSignal.any([stopped, kill.signal, AbortSignal.timeout(LIMIT_MS)]);
  let agent: Conversation | null = null;
  try {
    const program = await run.step("found", () => find(command, directory));
    const talking = await run.step("started", () => start([program, ...args], directory, signal));
    agent = talking;
    await shakeHands(run, talking, directory, signal);
    await run.step("ended", () => letGo(talking, kill));
  } finally {
    kill.abort();
    await agent?.ended;
    if (own) await rm(own, { recursive: true, force: true });
  }
}

async function find(command: string, directory: string): Promise<{ message: string; found: string }> {
  const folder = await stat(directory).catch(() => null);
  if (!folder?.isDirectory()) {
    throw new CheckFailed(
      `The folder ${directory} is not on this worker.`,
      "Make it, or choose another one.",
    );
  }
  const places = command.includes("/")
    ? [isAbsolute(command) ? command : join(directory, command)]
    : (process.env.PATH ?? "").split(delimiter).map((each) => join(each, command));
  for (const place of places) {
    const isRunnable = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isRunnable && (await stat(place)).isFile()) return { message: place, found: place };
  }
  throw new CheckFailed(
    `The command ${command} is not on this worker, or may not be run.`,
    "Install it on the machine of the workers, or write its whole path.",
  );
}

async function start(
  argv: string[],
  directory: string,
  signal: AbortSignal,
): Promise<{ message: string; found: Conversation }> {
  const agent = converse({ argv, directory, signal, graceMs: LEAVING_MS });
  const early = await Promise.race([agent.ended, delay(STARTED_MS, null)]);
  if (early) throw gone(early, agent);
  return { message: "It runs in a process group of its own, with PATH and HOME only.", found: agent };
}

async function shakeHands(
  run: CheckRun,
  agent: Conversation,
  cwd: string,
  signal: AbortSignal,
): Promise<void> {
  const { client, methods, ndJsonStream, PROTOCOL_VERSION } = await import("@agentclientprotocol/sdk");
  const stream = ndJsonStream(
    Writable.toWeb(agent.say) as WritableStream<Uint8Array>,
    Readable.toWeb(agent.hear) as ReadableStream<Uint8Array>,
    { maxMessageBytes: MAX_MESSAGE_BYTES },
  );
  await client({ name: "community-ade" }).connectWith(stream, async (peer: ClientContext) => {
    await run.step("initialize", async () => {
      const clientCapabilities = { fs: { readTextFile: false, writeTextFile: false }, terminal: false };
      const answer = await answered<InitializeResponse>(
        peer.request(methods.agent.initialize, { protocolVersion: PROTOCOL_VERSION, clientCapabilities }),
        agent,
        signal,
      );
      if (answer.protocolVersion !== PROTOCOL_VERSION) {
        throw new CheckFailed(
          `It speaks version ${answer.protocolVersion} of the protocol; here it is version ${PROTOCOL_VERSION}.`,
          "Install a version of the agent that speaks the same one.",
        );
      }
      return { message: introductionOf(answer), found: undefined };
    });
    await run.step("session", async () => {
      const { sessionId } = await answered(
        peer.request(methods.agent.session.new, { cwd, mcpServers: [] }),
        agent,
        signal,
      );
      return { message: `Session ${sessionId.slice(0, 80)}`, found: undefined };
    });
  });
}

/** The answer, unless the agent ends or the time is up before. */
async function answered<T>(request: Promise<T>, agent: Conversation, signal: AbortSignal): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    const give = () =>
      reject(
        new CheckFailed(
          `It did not answer within ${LIMIT_MS / 1000} s.`,
          "See whether it waits for something: a sign-in, a terminal, another argument.",
        ),
      );
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
  const ended = agent.ended.then((end): never => {
    throw gone(end, agent);
  });
  for (const each of [late, ended]) each.catch(() => undefined);
  return Promise.race([request, late, ended]).catch(async (error: unknown) => {
    if (error instanceof CheckFailed) throw error;
    // A connection that breaks is most often an agent that has just ended: that says more.
    const end = await Promise.race([agent.ended, delay(STARTED_MS, null)]);
    throw end ? gone(end, agent) : refused(error);
  });
}

function refused(error: unknown): CheckFailed {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === AUTH_REQUIRED) {
    return new CheckFailed(
      "It wants to be signed in first.",
      "Sign it in on the workers' machine, as their user.",
    );
  }
  const said = typeof message === "string" ? `: ${message.slice(0, SAID)}` : "";
  return new CheckFailed(
    `It answered with an error${said}.`,
    "See whether it needs an argument to speak the protocol, such as --acp.",
  );
}

function gone(end: Awaited<Conversation["ended"]>, agent: Conversation): CheckFailed {
  if ("error" in end) return new CheckFailed(`It could not be started (${end.error}).`);
  const how = end.code === null ? `by ${end.signal}` : `with code ${end.code}`;
  const last = agent.complaints().trim().split("\n").slice(-3).join(" ").slice(-SAID);
  return new CheckFailed(
    `It ended ${how} before it answered${last ? `: ${last}` : ""}.`,
    "Run the same command on the workers' machine and read what it says.",
  );
}

function introductionOf({ protocolVersion, agentInfo, agentCapabilities }: InitializeResponse): string {
  const prompts = agentCapabilities?.promptCapabilities;
  const can = [
    ...(agentCapabilities?.loadSession ? ["takes sessions up again"] : []),
    ...(prompts?.image ? ["reads images"] : []),
    ...(prompts?.audio ? ["hears audio"] : []),
    ...(prompts?.embeddedContext ? ["takes context along"] : []),
  ];
  const name = agentInfo ? `${agentInfo.title ?? agentInfo.name} ${agentInfo.version}, ` : "";
  return `${name}protocol ${protocolVersion}${can.length > 0 ? `; ${can.join(", ")}` : ""}`.slice(0, SAID);
}

/** Closes its input, as an editor that quits does; one that stays is told to end. */
async function letGo(
  agent: Conversation,
  kill: AbortController,
): Promise<{ message: string; found: undefined }> {
  agent.say.end();
  const byItself = await Promise.race([agent.ended, delay(LEAVING_MS, null)]);
  if (byItself) return { message: "It ended when its input was closed.", found: undefined };
  kill.abort();
  const end = await agent.ended;
  if ("signal" in end && end.signal === "SIGKILL") {
    throw new CheckFailed(
      "It ended neither when its input was closed nor when it was told to: it had to be killed.",
      "It would leave processes behind; see why it stays.",
    );
  }
  return { message: "It ended when it was told to.", found: undefined };
}
