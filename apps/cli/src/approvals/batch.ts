import type { BatchAnswer, BatchInput } from "@ade/client";
import { ask } from "../account/prompt.ts";
import type { Definition } from "../cli.ts";
import { cliErrors } from "../errors.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import { oneOf } from "../options.ts";
import { plainLine } from "../output/plain.ts";
import type { Style } from "../output/style.ts";
import { table } from "../output/table.ts";
import { paintState } from "../output/words.ts";
import { assertAttended } from "./confirm.ts";

/** `ade approvals batch`: tried first, then done. */
export const batch: Definition = (parent, cli) => {
  parent
    .command("batch")
    .description("give one answer to several approvals: all, or none")
    .argument("<action>", "approve or reject", oneOf(["approve", "reject"]))
    .argument("<ids...>", "ids of approvals, up to 100")
    .option("--reason <text>", "why; needed to reject")
    .option("--continue-on-error", "take each alone: what can be answered is")
    .option("--dry-run", "tell what would happen, and answer nothing")
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      "\nChanges of HIGH or CRITICAL risk are approved one by one, with `ade approvals approve`.",
    )
    .action(async (action, approval_ids, { reason, continueOnError, dryRun, yes }) => {
      const context = cli.open();
      const { client, out, io } = context;
      if (!dryRun) assertAttended(context);
      const input: BatchInput = {
        ...{ approval_ids, action },
        ...(reason === undefined ? {} : { reason }),
        options: { continue_on_error: continueOnError === true },
      };
      const tried = await client.approvals.batch({ ...input, options: { ...input.options, dry_run: true } });
      if (dryRun) {
        out.show(tried, batchText);
        cli.endWith(tried.success ? EXIT_CODES.ok.code : EXIT_CODES.failed.code);
        return;
      }
      const risky = tried.warnings
        .filter(({ code }) => code !== "mixed_risk")
        .flatMap(({ task_ids }) => task_ids);
      if (input.action === "approve" && risky.length > 0) {
        const next = risky.map((id) => `ade approvals approve ${id}`).join("; ");
        throw cliErrors.NOT_CONFIRMED({
          message: `${risky.length} of them are of HIGH or CRITICAL risk.`,
          next: `Look at each alone: ${next}`,
        });
      }
      out.note(batchText(tried, out.style));
      if (!yes) {
        if (!io.stdin.isTTY)
          throw cliErrors.NOT_CONFIRMED({
            message: "There is no terminal to ask.",
            next: "Add --yes, or look with --dry-run.",
          });
        if (!/^y(es)?$/i.test(await ask(io, `${action} ${tried.succeeded} of ${tried.processed}? [y/N]`)))
          throw cliErrors.NOT_CONFIRMED();
      }
      const done = await client.approvals.batch(input);
      out.show(done, batchText);
      cli.endWith(done.success ? EXIT_CODES.ok.code : EXIT_CODES.failed.code);
    });
};

function batchText({ results, warnings, processed, succeeded, dry_run }: BatchAnswer, style: Style): string {
  const rows = table(style, results, [
    { title: "APPROVAL", of: ({ approval_id }) => approval_id },
    { title: "TASK", of: ({ task_id = "" }) => task_id },
    {
      title: dry_run ? "WOULD BE" : "NOW",
      of: ({ success, task_state, error }) =>
        success ? (task_state ?? "") : `${error?.code}: ${plainLine(error?.message ?? "")}`,
      paint: (text, { success, task_state = "" }) =>
        success ? paintState(style, task_state)(text) : style.red(text),
      shrinksTo: 20,
    },
  ]);
  const notes = warnings.map(({ message }) => style.yellow(`! ${plainLine(message)}`));
  return [rows, ...notes, `${succeeded} of ${processed} ${dry_run ? "would be" : "are"} answered.`].join(
    "\n",
  );
}
