import process from "node:process";
import type { Client } from "@ade/client";
import { InvalidArgumentError } from "commander";
import type { Cli, Definition, Io } from "../cli.ts";
import { oneOf } from "../options.ts";
import { workspaceName } from "../workspace.ts";
import { decide, type Fallback } from "./decide.ts";
import { FORMATS, formatOf } from "./detect.ts";
import { type HookAnswer, type HookFormat, isRecord } from "./formats.ts";
import { createOpenCalls } from "./open-calls.ts";

const MAX_INPUT_BYTES = 16 * 1024 * 1024;
/** What every agent's hooks read as a no, whatever its form; the reason stands on standard error. */
const BLOCK = 2;
const FALLBACKS = ["deny", "ask"] as const;
const DEFAULT_WAIT_SECONDS = 40;
const CALL_SECONDS = 900;

const FORMS = ["auto", ...FORMATS.map(({ name }) => name)];

type Options = {
  wait: number;
  unanswered: Fallback;
  away: Fallback;
  workspace?: string | undefined;
  ends?: true | undefined;
};

/** `ade gate`: the hook of a coding agent before (and after) it uses a tool. */
export const gate: Definition = (parent, cli) => {
  parent
    .command("gate")
    .description("decide a tool call that a coding agent's hook tells on standard input")
    .option("--format <name>", `the form of the hook: ${FORMS.join(", ")}`, oneOf(FORMS), "auto")
    .option(
      "--wait <seconds>",
      "how long it waits for a decision; 20 s less than the hook's own time-out",
      seconds,
      DEFAULT_WAIT_SECONDS,
    )
    .option(
      "--unanswered <what>",
      `where nobody answers in time: ${FALLBACKS.join(" or ")}`,
      oneOf(FALLBACKS),
      "deny" as const,
    )
    .option(
      "--away <what>",
      `where the server is away: ${FALLBACKS.join(" or ")}`,
      oneOf(FALLBACKS),
      "deny" as const,
    )
    .option(
      "--ends",
      "the hooks after a call run `ade gate` too: keep its record open until they say how it went",
    )
    .option("--workspace <name>", "what the folder is called in resources (else <folder>@<host>)")
    .addHelpText(
      "after",
      "\nIt fails closed: whatever goes wrong is a no. Samples: docs/guides/tool-call-hooks.md",
    )
    .action(async ({ format: name, ...options }) => {
      const input = await readInput(cli.io);
      const format = input && formatOf(input, name);
      if (!input || !format) return block(cli, "This is no tool call in a form that ade gate knows.");
      const answer = await answerTo(cli, format, input, options).catch(
        (error: unknown): HookAnswer => ({
          decision: "deny",
          reason: error instanceof Error ? error.message : String(error),
        }),
      );
      if (answer === null) return;
      const said = format.write(
        answer.decision === "ask" && !format.can_ask(input) ? { ...answer, decision: "deny" } : answer,
        input,
      );
      if (said) cli.io.stdout.write(`${JSON.stringify(said)}\n`);
    });
};

/** The answer; null after a call, when nobody is waiting for one. */
async function answerTo(
  cli: Cli,
  format: HookFormat,
  input: Record<string, unknown>,
  options: Options,
): Promise<HookAnswer | null> {
  const event = format.read(input);
  if (!event) return { decision: "deny", reason: "This call cannot be read." };
  const calls = createOpenCalls(cli.io.env);
  if (event.moment === "after") {
    const taskId = calls.take(event.key);
    if (taskId) await tell(cli.open().client, taskId, event.outcome, event.message);
    return null;
  }
  const { call, key } = event;
  const reports_end = options.ends === true && key !== null;
  const root = call.workspace?.root ?? process.cwd();
  const gone = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => gone.abort());
  const { answer, task_id } = await decide(
    {
      toolCalls: cli.open().client.toolCalls,
      ...{ waitSeconds: options.wait, unanswered: options.unanswered, away: options.away },
      mergesChanges: format.takes_changes === "over",
      signal: gone.signal,
    },
    {
      ...call,
      workspace: { name: options.workspace ?? workspaceName(root), root },
      wait_seconds: Math.max(5, options.wait + 5),
      timeout_seconds: CALL_SECONDS,
      reports_end,
      takes_changes: format.takes_changes !== false,
    },
  );
  if (task_id && reports_end && key) calls.keep(key, task_id);
  return answer;
}

/** A record that is not told of stays open until its time limit; the agent is not held up for it. */
async function tell(
  client: Client,
  taskId: string,
  outcome: "completed" | "failed",
  message: string | null,
): Promise<void> {
  const end = { outcome, ...(message ? { message: message.slice(0, 2000) } : {}) };
  await client.toolCalls.end(taskId, end, { patienceMs: 5_000 }).catch(() => undefined);
}

async function readInput(io: Io): Promise<Record<string, unknown> | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of io.stdin) {
    const bytes = Buffer.from(piece as Uint8Array);
    size += bytes.length;
    if (size > MAX_INPUT_BYTES) return null;
    pieces.push(bytes);
  }
  try {
    const input: unknown = JSON.parse(Buffer.concat(pieces).toString("utf8"));
    return isRecord(input) ? input : null;
  } catch {
    return null;
  }
}

function block(cli: Cli, reason: string): void {
  cli.io.stderr.write(`${reason}\n`);
  cli.endWith(BLOCK);
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 3_600) return value;
  throw new InvalidArgumentError("It must be a whole number of seconds from 1 to 3600.");
}
