import { isCoded, type TaskEntry, type TaskState } from "@ade/client";
import type { Cli, Context, Definition } from "../cli.ts";
import { cliErrors } from "../errors.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import { seconds } from "../options.ts";
import { plainLine, plainText } from "../output/plain.ts";
import type { Style } from "../output/style.ts";
import { exact } from "../output/times.ts";
import { paintState } from "../output/words.ts";

const ENDED: readonly TaskState[] = ["COMPLETED", "REJECTED", "CANCELLED"];
const DECIDED: readonly TaskState[] = ["APPROVED", "APPLYING", "DRAFT", ...ENDED];

/** `ade task watch` */
export const watchTask: Definition = (parent, cli) => {
  parent
    .command("watch")
    .description("follow a task until it is over, with what it prints")
    .argument("<id>", "its id")
    .option("--decision", "only until there is a decision")
    .option("--timeout <time>", "give up after so long: 10m", seconds)
    .addHelpText(
      "after",
      "\nEnds with 0 where the task was approved (with --decision) or completed well, else with 1. With --json every\nchange is a line with the whole task.",
    )
    .action((id, options) => follow(cli, id, options));
};

/**
 * Shows each change of a task until it is over, or decided. Ends the program with 0 for a yes or a good end.
 *
 * @throws TIMED_OUT, NOT_FOUND
 */
export async function follow(
  cli: Cli,
  id: string,
  { decision = false, timeout }: { decision?: true | boolean | undefined; timeout?: number | undefined },
): Promise<void> {
  const { client, out } = cli.open();
  const printed = createPrinter(client, id);
  let shown: Promise<void> = Promise.resolve();
  const onChange = (task: TaskEntry): void => {
    shown = shown.then(async () => {
      await tail(task);
      out.line(task, changeLine);
    });
  };
  const signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
  const over = new AbortController();
  const live = out.json ? Promise.resolve() : followOutput();
  try {
    const task = await client.tasks.waitFor(id, { states: decision ? DECIDED : ENDED, signal, onChange });
    await shown;
    cli.endWith(isGood(task, decision) ? EXIT_CODES.ok.code : EXIT_CODES.failed.code);
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw cliErrors.TIMED_OUT({ message: `Task ${id} was not ${decision ? "decided" : "over"} in time.` });
  } finally {
    over.abort();
    await live;
  }

  /** What it printed by now comes before the news that it ended. */
  async function tail(task: TaskEntry): Promise<void> {
    if (!out.json && task.attempts > 0) cli.io.stdout.write(plainText(await printed()));
  }

  async function followOutput(): Promise<void> {
    const options = { channels: [`task:${id}`], signal: over.signal };
    try {
      for await (const { event } of client.events(options)) {
        if (event !== "task:progress") continue;
        shown = shown.then(async () => void cli.io.stdout.write(plainText(await printed())));
        await shown;
      }
    } catch {
      // Without the stream, what was printed comes with the next change.
    }
  }
}

/** Answers what was printed since it was asked last. */
function createPrinter(client: Context["client"], id: string): () => Promise<string> {
  const from = new Map<string, number>();
  let newest: string | undefined;
  return async () => {
    const position = newest === undefined ? 0 : from.get(newest);
    const answer = await client.tasks.output(id, { from: position }).catch((error: unknown) => {
      // Nothing was printed yet, or it cannot be had now: it comes with the next look.
      if (isCoded(error)) return null;
      throw error;
    });
    if (!answer) return "";
    if (newest !== undefined && answer.attempt_id !== newest) {
      // Another attempt: its output begins anew.
      newest = answer.attempt_id;
      const whole = await client.tasks.output(id, { from: 0 });
      from.set(newest, whole.next);
      return whole.text;
    }
    newest = answer.attempt_id;
    from.set(newest, answer.next);
    return answer.text;
  };
}

function isGood({ state, execution }: TaskEntry, decision: boolean): boolean {
  if (decision && (state === "APPROVED" || state === "APPLYING")) return true;
  return state === "COMPLETED" && (decision || execution?.result === "success");
}

function changeLine(task: TaskEntry, style: Style): string {
  const state = paintState(style, task.state)(task.state);
  const said = task.waiting_for?.text ?? endOf(task);
  return `${style.dim(exact(task.metadata.updated_at))} ${state}${said ? ` ${plainLine(said)}` : ""}`;
}

function endOf({ state, execution, approvals }: TaskEntry): string {
  if (state === "COMPLETED") return [execution?.result, execution?.error].filter(Boolean).join(": ");
  return approvals.findLast(({ reason }) => reason)?.reason ?? "";
}
