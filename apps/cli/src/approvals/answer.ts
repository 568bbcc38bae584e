import type { Responded, RespondInput } from "@ade/client";
import type { Command } from "@commander-js/extra-typings";
import { ask } from "../account/prompt.ts";
import type { Cli, Definition } from "../cli.ts";
import { cliErrors } from "../errors.ts";
import { wholeNumber } from "../options.ts";
import type { Style } from "../output/style.ts";
import { paintState } from "../output/words.ts";
import { taskText } from "../tasks/task-text.ts";
import { assertAttended, type Confirmation, confirmApproval } from "./confirm.ts";
import { findApproval } from "./find.ts";

const ID = "id of the approval, or of its task";

/** `ade approvals approve` */
export const approve: Definition = (parent, cli) => {
  parent
    .command("approve")
    .description("show what would change, then approve it")
    .argument("<id>", ID)
    .option("--reason <text>", "what you say to it")
    .option("-y, --yes", "do not ask; HIGH and CRITICAL risk need --hash or --target all the same")
    .option("--hash <text>", "what you have read: its content hash, or the first 8 characters of it")
    .option("--target <name>", "what it touches, for CRITICAL risk: database:prod/main")
    .option("--undo <seconds>", "so long you may take it back (0-30)", wholeNumber)
    .action((id, options) => answer(cli, id, { action: "approve", ...options }));
};

/** `ade approvals reject` */
export const reject: Definition = (parent, cli) => {
  withReason(parent, "reject", "say no, for good").action((id, { reason }) =>
    answer(cli, id, { action: "reject", reason }),
  );
};

/** `ade approvals request-changes` */
export const requestChanges: Definition = (parent, cli) => {
  withReason(parent, "request-changes", "give it back to its author").action((id, { reason }) =>
    answer(cli, id, { action: "request_changes", reason }),
  );
};

function withReason(parent: Command, name: string, description: string) {
  return parent
    .command(name)
    .description(description)
    .argument("<id>", ID)
    .option("--reason <text>", "why; asked for where it is missing");
}

type Answer = Confirmation & {
  action: "approve" | "reject" | "request_changes";
  reason?: string | undefined;
  undo?: number | undefined;
};

/**
 * Shows a change and answers to it: to the content that was shown and no other.
 *
 * @throws NOT_ATTENDED, NOT_CONFIRMED, NO_REASON, CONFLICT where it was edited meanwhile, SELF_APPROVAL, …
 */
async function answer(
  cli: Cli,
  id: string,
  { action, reason, undo, ...confirmation }: Answer,
): Promise<void> {
  const context = cli.open();
  const { client, out, io } = context;
  assertAttended(context);
  const approval = await findApproval(client, id);
  const task = await client.tasks.get(approval.task_id);
  out.note(`${taskText(task, out.style)}\n`);
  if (action === "approve") await confirmApproval(context, task, confirmation);
  const said = reason ?? (action !== "approve" && io.stdin.isTTY ? await ask(io, "Why") : undefined);
  if (action !== "approve" && !said) throw cliErrors.NO_REASON();
  const input: RespondInput = {
    action,
    ...(said ? { reason: said } : {}),
    ...(task.content_hash ? { content_hash: task.content_hash } : {}),
    ...(undo === undefined ? {} : { options: { undo_seconds: undo } }),
  };
  out.show(await client.approvals.respond(approval.id, input), (given, style) =>
    [
      respondedText(given, style),
      ...(undo ? [style.dim(`ade approvals withdraw ${given.approval_id} takes it back.`)] : []),
    ].join("\n"),
  );
}

/** What an answer came to. Pure. */
export function respondedText({ task_id, task_state }: Responded, style: Style): string {
  return `${style.green("✓")} Task ${task_id} is ${paintState(style, task_state)(task_state)}.`;
}
