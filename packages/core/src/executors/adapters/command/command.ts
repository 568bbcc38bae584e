import { z } from "zod";
import { ExecutorFailure } from "../../errors.ts";
import type { Executor, Inspection, Issue, Json, PlanContext } from "../../port.ts";
import type { TaskConfig } from "../../schema.ts";
import { argumentIssues, valuesOf } from "./arguments.ts";
import { pack, unpack, withAttemptFolder } from "./attempt-folder.ts";
import type { CommandBook } from "./command-book.ts";
import { commandPreview, isNothingLeft, noRollback, rollbackChanges, rollbackOf } from "./command-preview.ts";
import { digestOf, touchedBy, touchedIssues } from "./definition.ts";
import { commandExample, mayChoose } from "./offers.ts";
import { type Chosen, type Limits, planCommand, referencesIn, runEffect } from "./run-command.ts";
import { readSavedPlan, type SavedPlan } from "./saved-plan.ts";
import { COMMAND_TYPES } from "./schema.ts";

/** Terraform reads every resource of a state to plan it. */
const PLAN_DEADLINE_MS = 300_000;

const parameters = z.strictObject({
  command: z.string(),
  arguments: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Executor of `command.*`, `terraform.*` and `kubectl.*`: runs commands that an admin defined (apply.md). A task names
 * one and gives it arguments; it never writes one. What is applied is the saved plan of this very attempt, under the
 * definition that it was planned with.
 */
export function createCommandExecutor(options: { book: CommandBook; limits?: Limits }): Executor {
  const { book, limits = {} } = options;
  // By the stash itself: what this process has planned, and what of that it has begun to apply.
  const made = new WeakSet<object>();
  const begun = new WeakSet<object>();

  function chosenBy(config: TaskConfig): Chosen | null {
    const parsed = parameters.safeParse(config.parameters);
    const definition = parsed.success ? book.find(parsed.data.command) : null;
    return definition && { definition, arguments: parsed.data!.arguments };
  }

  function required(config: TaskConfig): Chosen {
    const chosen = chosenBy(config);
    if (!chosen) throw new ExecutorFailure(`There is no command named ${nameIn(config)} any more.`);
    const [issue] = issuesOf(config);
    if (issue) throw new ExecutorFailure(`${issue.field} ${issue.issue}.`);
    return chosen;
  }

  function issuesOf(config: TaskConfig): Issue[] {
    const chosen = chosenBy(config);
    if (!chosen) {
      const known = book
        .list()
        .filter((definition) => mayChoose(definition, config.type))
        .map(({ name }) => name);
      const hint = known.length ? `known: ${known.join(", ")}` : "an admin has defined none for this type";
      return [{ field: "config.parameters.command", issue: `is not the name of a command; ${hint}` }];
    }
    const { definition } = chosen;
    if (!mayChoose(definition, config.type)) {
      const types = definition.types?.join(", ");
      return [{ field: "config.parameters.command", issue: `may be chosen by tasks of type ${types} only` }];
    }
    const issues = argumentIssues(definition, chosen.arguments);
    return issues.length > 0 ? issues : touchedIssues(definition, valuesOf(definition, chosen.arguments));
  }

  const planNow = (chosen: Chosen, context: PlanContext) =>
    planCommand(chosen, context, limits, async (planned) => ({ ...chosen, planned }));

  /** How things stand towards a saved plan, as far as planning again can tell. */
  async function standingOf(saved: SavedPlan, context: PlanContext): Promise<Inspection> {
    // Asked only where somebody wants it rolled back, which then is for its rollback to judge.
    if (!canTell(saved) && saved.definition.retry === "never") return "partial";
    const now = await planNow(saved, context);
    const { planned } = now;
    if (planned.exit_code === saved.planned.exit_code && planned.sha256 === saved.planned.sha256)
      return "untouched";
    // A part of it, or somebody else's change: nobody can tell these apart, so people look at the plan of now.
    return isNothingLeft(now) ? "done" : "foreign";
  }

  return {
    types: [...COMMAND_TYPES] as [string, ...string[]],
    title: "Command",
    description: "Runs a command that an admin defined: its plan is reviewed, then exactly that is applied.",
    parameters: {
      type: "object",
      additionalProperties: false,
      required: ["command"],
      properties: {
        command: { type: "string", title: "Command", description: "Its name", minLength: 1, maxLength: 100 },
        arguments: { type: "object", title: "Arguments", description: "What the command takes" },
      },
    },
    get example() {
      return commandExample(book.list()[0]);
    },
    worst_case: 80,
    // The whole output, with what means nothing; what is compared of it stands in `after.plan_sha256`.
    volatile: ["diff"],
    retry: false,
    foreign:
      "it is neither as it was planned nor as it would be applied: an earlier attempt may have stopped half-way, or somebody else changed it",
    cheap_plan: false,
    plan_deadline_ms: PLAN_DEADLINE_MS,

    refresh: () => book.refresh(),
    mayRetry: (config) => chosenBy(config)?.definition.retry === "safe",
    noWayBack(config) {
      const chosen = chosenBy(config);
      return chosen && !chosen.definition.rollback ? noRollback(chosen.definition.name) : null;
    },
    definedBy: (config) => `the command "${nameIn(config)}"`,

    digest(config, stash) {
      return stash === undefined
        ? digestOf(chosenBy(config)?.definition ?? null)
        : digestOf(readSavedPlan(stash).definition);
    },

    resources(config) {
      const chosen = chosenBy(config);
      return chosen ? touchedBy(chosen.definition, valuesOf(chosen.definition, chosen.arguments)) : [];
    },

    secrets(config) {
      const chosen = chosenBy(config);
      return chosen ? referencesIn(chosen.definition) : [];
    },

    check: issuesOf,

    async plan(config, context) {
      if (context.stash !== undefined) return commandPreview(readSavedPlan(context.stash));
      return commandPreview(await planNow(required(config), context));
    },

    async stash(config, context) {
      await book.refresh();
      const chosen = required(config);
      const saved: SavedPlan = await planCommand(chosen, context, limits, async (planned, folder) => ({
        definition: chosen.definition,
        arguments: { ...chosen.arguments },
        planned,
        files: await pack(folder),
      }));
      made.add(saved);
      return saved as unknown as Json;
    },

    async apply(config, context) {
      const stash = context.stash ?? (await this.stash(config, context));
      const saved = readSavedPlan(stash);
      return withAttemptFolder(async (folder) => {
        await unpack(saved.files, folder);
        context.report({ percent: 5, message: `Running ${saved.definition.name}` });
        context.signal.throwIfAborted();
        begun.add(stash as object);
        const step = {
          chosen: saved,
          vector: saved.definition.apply,
          folder,
          context,
          limits,
          show: context.output,
        };
        const { output } = await runEffect("Applying", step);
        context.report({ percent: 100, message: `${saved.definition.name} has ended` });
        return { output };
      });
    },

    planRollback: async (stash) => ({ changes: rollbackChanges(readSavedPlan(stash)), warnings: [] }),

    inspect: (stash, _config, context) => standingOf(readSavedPlan(stash), context),

    async rollback(stash, context) {
      const saved = readSavedPlan(stash);
      const { definition } = saved;
      context.signal.throwIfAborted();
      const nothing = {
        output: `Nothing of ${definition.name} was applied; there is nothing to roll back.\n`,
      };
      const hasBegun = begun.has(stash as object);
      if (!hasBegun && made.has(stash as object)) return nothing;
      if (canTell(saved)) {
        const standing = await standingOf(saved, context);
        // An apply that was begun may have been refused before it changed anything.
        if (standing === "untouched") return nothing;
        // Of what was begun here, a part is in effect: that is what is brought back.
        if (standing === "foreign" && !hasBegun) throw changedMeanwhile(definition.name);
      }
      const vector = rollbackOf(definition);
      const undone = await withAttemptFolder(async (folder) => {
        await unpack(saved.files, folder);
        const step = { chosen: saved, vector, folder, context, limits, show: context.output };
        return runEffect("Rolling back", step);
      });
      begun.delete(stash as object);
      return undone;
    },
  };
}

/** Only a command that says by its exit code whether something is left tells how far an attempt came. */
const canTell = ({ definition }: SavedPlan): boolean => definition.plan_exit_codes.some((code) => code !== 0);

const nameIn = ({ parameters: { command } }: TaskConfig): string =>
  typeof command === "string" ? command : "";

const changedMeanwhile = (name: string) =>
  new ExecutorFailure(
    `What ${name} changes is neither as it was planned nor as it would be applied; nothing was rolled back.`,
  );
