import type { TaskEntry } from "@ade/client";
import { ask } from "../account/prompt.ts";
import type { Context } from "../cli.ts";
import { cliErrors } from "../errors.ts";
import { resourceName } from "../output/words.ts";

/** So much of a hash is told apart at a glance and typed without mistakes. */
const HASH_START = 8;

export type Confirmation = {
  yes?: true | undefined;
  hash?: string | undefined;
  target?: string | undefined;
};

/**
 * A person's key lies where the agents of the same account can use it. What answers without a terminal was given its
 * key for that.
 *
 * @throws NOT_ATTENDED
 */
export function assertAttended({ io, answersUnattended }: Pick<Context, "io" | "answersUnattended">): void {
  if (!io.stdin.isTTY && !answersUnattended) throw cliErrors.NOT_ATTENDED();
}

/**
 * Makes sure that whoever approves has seen what they approve: HIGH by the beginning of its content hash, CRITICAL by
 * the name of what it touches, typed or given as an option; everything else by a yes. A hash that is given is always
 * compared.
 *
 * @throws NOT_CONFIRMED
 */
export async function confirmApproval(
  { io }: Pick<Context, "io">,
  task: TaskEntry,
  given: Confirmation,
): Promise<void> {
  const hash = task.content_hash ?? "";
  if (given.hash !== undefined && !isStartOf(given.hash, hash)) {
    throw cliErrors.NOT_CONFIRMED({
      message: `Its content hash is ${hash}, not ${given.hash}: it has changed.`,
    });
  }
  const targets = task.config.resources.flatMap((each) => [
    resourceName(each),
    `${each.type}:${each.namespace ?? "default"}/${each.id}`,
  ]);
  if (given.target !== undefined && !targets.includes(given.target)) {
    throw cliErrors.NOT_CONFIRMED({ message: `It does not touch ${given.target}, but ${targets[0]}.` });
  }
  const asks = questionOf(task, targets[0] ?? task.id, given);
  if (!asks) return;
  if (!io.stdin.isTTY) {
    throw cliErrors.NOT_CONFIRMED({
      message: asks.why,
      next: `Read what would change, then add ${asks.option}.`,
    });
  }
  const typed = await ask(io, asks.question);
  if (!asks.isRight(typed)) throw cliErrors.NOT_CONFIRMED();
}

type Question = { why: string; option: string; question: string; isRight: (typed: string) => boolean };

/** What is still to be confirmed, and how. Pure. */
function questionOf(task: TaskEntry, target: string, given: Confirmation): Question | null {
  const hash = task.content_hash ?? "";
  const start = hash.slice(0, HASH_START);
  switch (task.risk?.level) {
    case "CRITICAL":
      if (given.target !== undefined) return null;
      return {
        why: "It is of CRITICAL risk: name what it touches.",
        option: `--target ${target}`,
        question: `CRITICAL risk. Type ${target} to approve`,
        isRight: (typed) => typed === target,
      };
    case "HIGH":
      if (given.hash !== undefined) return null;
      return {
        why: "It is of HIGH risk: say by its content hash that you have read it.",
        option: `--hash ${start}`,
        question: `HIGH risk. Type ${start}, the beginning of its content hash, to approve`,
        isRight: (typed) => isStartOf(typed, hash),
      };
    default:
      if (given.yes || given.hash !== undefined || given.target !== undefined) return null;
      return {
        why: "There is no terminal to ask.",
        option: `--yes, or --hash ${start}`,
        question: "Approve this? [y/N]",
        isRight: (typed) => /^y(es)?$/i.test(typed),
      };
  }
}

function isStartOf(typed: string, hash: string): boolean {
  return typed.length >= HASH_START && hash.startsWith(typed.toLowerCase());
}
