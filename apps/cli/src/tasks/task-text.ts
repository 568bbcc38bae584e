import type { TaskEntry } from "@ade/client";
import { previewText } from "../output/diff.ts";
import { fields } from "../output/fields.ts";
import { plainLine, plainText } from "../output/plain.ts";
import type { Style } from "../output/style.ts";
import { exact, when } from "../output/times.ts";
import { paintRisk, paintState, resourceName, riskOf } from "../output/words.ts";

/** One task in a line or two: what a command that changed it answers with. Pure. */
export function taskLine(task: TaskEntry, style: Style): string {
  const waits = task.waiting_for ? `: ${plainLine(task.waiting_for.text)}` : "";
  return [
    `${style.bold(task.id)}  ${plainLine(task.config.description)}`,
    `${paintState(style, task.state)(task.state)}${waits}`,
  ].join("\n");
}

/** A task on one screen: what it is, how it stands, what it would change. Pure. */
export function taskText(task: TaskEntry, style: Style): string {
  const { config, metadata, execution } = task;
  const head = fields(style, [
    ["Task", `${style.bold(plainLine(config.description))}`],
    ["Id", `${task.id}, revision ${task.revision}`],
    ["State", stateText(task, style)],
    ["Risk", paintRisk(style, task.risk?.level)(riskOf(task))],
    ["Type", plainLine(config.type)],
    [
      "Touches",
      config.resources
        .map((each) => plainLine(`${resourceName(each)} (${each.actions.join(", ")})`))
        .join("\n"),
    ],
    ["By", `${plainLine(metadata.author_name)}${metadata.author_kind === "agent" ? ", an agent" : ""}`],
    ["Ticket", metadata.ticket_ref && plainLine(metadata.ticket_ref)],
    ["Tags", metadata.tags.map(plainLine).join(", ")],
    ["Created", when(metadata.created_at)],
    ["Submitted", when(metadata.submitted_at)],
    [
      "Approvals",
      task.required_approvals > 0 ? `${task.current_approvals} of ${task.required_approvals}` : null,
    ],
    ["Content hash", task.content_hash],
    ["Problem", task.problem && style.red(`${task.problem.code} ${plainLine(task.problem.message)}`)],
    ["Ended", execution?.completed_at ? `${when(execution.completed_at)}, ${execution.result}` : null],
    ["Error", execution?.error && style.red(plainText(execution.error))],
  ]);
  const answers = task.approvals.map((approval) => {
    const status = paintState(style, approval.status)(approval.status.toLowerCase().replaceAll("_", " "));
    const reason = approval.reason ? `: ${plainLine(approval.reason)}` : "";
    const at = approval.responded_at ? style.dim(` ${exact(approval.responded_at)}`) : "";
    return `  ${plainLine(approval.reviewer_name)} ${status}${reason}${at}`;
  });
  return [
    head,
    ...(answers.length > 0 ? [`${style.dim("Reviewers")}\n${answers.join("\n")}`] : []),
    task.preview ? previewText(task.preview, style) : withoutPreview(task, style),
  ].join("\n\n");
}

/** Nobody has worked out what it would change: then all that was asked for is shown. */
function withoutPreview({ config }: TaskEntry, style: Style): string {
  const parameters = plainText(JSON.stringify(config.parameters, null, 2));
  return `${style.red("There is no preview of what it would change. It was asked for with:")}\n${parameters}`;
}

function stateText(task: TaskEntry, style: Style): string {
  const state = paintState(style, task.state)(task.state);
  return task.waiting_for
    ? `${state}: ${plainLine(task.waiting_for.text)} ${style.dim(`since ${when(task.waiting_for.since)}`)}`
    : state;
}
