import type { DryRunAnswer } from "@ade/client";
import { previewText } from "../output/diff.ts";
import { fields } from "../output/fields.ts";
import { plainLine } from "../output/plain.ts";
import type { Style } from "../output/style.ts";
import { paintRisk } from "../output/words.ts";

/** What a dry run found: risk, who would be asked and why, what would change. Pure. */
export function simulationText(found: DryRunAnswer, style: Style): string {
  const { risk, reviewers, locks, problems, warnings } = found;
  const needed = found.auto_approvable
    ? style.green("none: a policy lets it pass")
    : `${found.required_approvals_exact ? "" : "at least "}${found.required_approvals}`;
  const lines = (texts: readonly string[]) => texts.map(plainLine).join("\n");
  const head = fields(style, [
    ["Risk", paintRisk(style, risk.level)(`${Math.round(risk.score)} ${risk.level}`)],
    ["Approvals", needed],
    ["Would be asked", lines(reviewers.map(({ name }) => name))],
    ["By policy", lines(found.policies.map(({ name, why }) => `${name}: ${why}`))],
    [
      "Locks",
      lines(locks.map(({ key, mode, holder }) => `${key}, ${mode}${holder ? `, held by ${holder}` : ""}`)),
    ],
    ["Held back by", found.held_by && plainLine(found.held_by.name)],
    ["Problems", problems.map((text) => style.red(plainLine(text))).join("\n")],
    ["Warnings", warnings.map((text) => style.yellow(plainLine(text))).join("\n")],
  ]);
  const plan = found.preview
    ? previewText(found.preview, style)
    : style.dim(found.preview_pending ? "No worker planned it in time; ask again." : "There is no plan.");
  return `${head}\n\n${plan}\n\n${style.dim("Nothing was stored.")}`;
}
