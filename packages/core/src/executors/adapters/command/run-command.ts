import { ExecutorFailure } from "../../errors.ts";
import type { PlanContext } from "../../port.ts";
import { referencesOf, spell } from "../../secret-reference.ts";
import { type Arguments, valuesOf } from "./arguments.ts";
import { withAttemptFolder } from "./attempt-folder.ts";
import { fillVector, STASH } from "./placeholders.ts";
import { createProgramOutput, type ProgramOutput } from "./program-output.ts";
import { runProgram } from "./run-program.ts";
import type { Planned } from "./saved-plan.ts";
import type { CommandDefinition } from "./schema.ts";

/** Whoever prints more than that in a plan prints for ever. */
const PLAN_OUTPUT_LIMIT = 16 * 1024 * 1024;
const MAX_FAILURE_LINES = 12;

export type Chosen = { definition: CommandDefinition; arguments: Arguments };
export type Limits = {
  graceMs?: number | undefined;
  silenceMs?: number | undefined;
  /** Of a plan (characters). */
  planOutput?: number | undefined;
};

/** References to secrets in a command's environment. */
export function referencesIn({ environment }: CommandDefinition): string[] {
  return referencesOf({ secrets: Object.values(environment), parameters: {} }).map(spell);
}

type Step = {
  chosen: Chosen;
  vector: readonly string[];
  folder: string;
  context: PlanContext;
  limits: Limits;
  /** What of its output can be shown, as it comes. */
  show?: (text: string) => void;
  outputLimit?: number;
};

async function runStep(step: Step): Promise<{ output: ProgramOutput; code: number | null; how: string }> {
  const { chosen, context, folder } = step;
  const { definition } = chosen;
  const secrets = referencesIn(definition).flatMap((reference) => {
    const value = context.reveal(reference);
    return value === reference ? [] : [value];
  });
  const output = createProgramOutput({ folder, secrets, volatile: definition.volatile });
  const tooMuch = new AbortController();
  let printed = 0;
  const show = (text: string) => {
    if (text) step.show?.(text);
  };
  try {
    const end = await runProgram({
      argv: fillVector(step.vector, { ...valuesOf(definition, chosen.arguments), [STASH]: folder }),
      directory: definition.directory,
      environment: Object.fromEntries(
        Object.entries(definition.environment).map(([name, value]) => [name, context.reveal(value)]),
      ),
      signal: AbortSignal.any([context.signal, tooMuch.signal]),
      onOutput: (text) => {
        printed += text.length;
        if (printed > (step.outputLimit ?? Number.POSITIVE_INFINITY)) tooMuch.abort("too much output");
        else show(output.push(text));
      },
      graceMs: step.limits.graceMs,
      silenceMs: step.limits.silenceMs,
    });
    return {
      output,
      code: end.code,
      how: end.code === null ? `was ended by ${end.signal}` : `ended with exit code ${end.code}`,
    };
  } catch (error) {
    context.signal.throwIfAborted();
    if (tooMuch.signal.aborted)
      throw new ExecutorFailure(
        `The plan of ${definition.name} printed more than ${step.outputLimit} characters and was ended.`,
      );
    throw error;
  } finally {
    show(output.end());
  }
}

/** The end of what it printed, which is where programs say what went wrong. */
function failure(what: string, how: string, output: ProgramOutput): ExecutorFailure {
  const lines = output.text().trimEnd().split("\n");
  const last = lines.slice(-MAX_FAILURE_LINES).join("\n");
  return new ExecutorFailure(`${what} ${how}${last ? `:\n${last}` : " and printed nothing."}`);
}

/**
 * Runs the plan of a command in a private folder; `keep` gets the folder while it is there. Throws ExecutorFailure
 * where it ends with none of its good exit codes.
 */
export async function planCommand<T>(
  chosen: Chosen,
  context: PlanContext,
  limits: Limits,
  keep: (planned: Planned, folder: string) => Promise<T>,
): Promise<T> {
  const { definition } = chosen;
  return withAttemptFolder(async (folder) => {
    const outputLimit = limits.planOutput ?? PLAN_OUTPUT_LIMIT;
    const step = { chosen, vector: definition.plan, folder, context, limits, outputLimit };
    const { output, code, how } = await runStep(step);
    if (code === null || !definition.plan_exit_codes.includes(code))
      throw failure(`The plan of ${definition.name}`, how, output);
    const planned = {
      exit_code: code,
      text: output.text(),
      truncated: output.truncated,
      sha256: output.sha256(),
    };
    return keep(planned, folder);
  });
}

/** Runs a vector that has an effect. Answers its output; throws ExecutorFailure unless it ends with 0. */
export async function runEffect(what: string, step: Omit<Step, "outputLimit">): Promise<{ output: string }> {
  const { output, code, how } = await runStep(step);
  if (code !== 0) throw failure(`${what} ${step.chosen.definition.name}`, how, output);
  return { output: output.text() };
}
