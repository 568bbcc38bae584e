import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { taskConfigOf } from "../../contract.ts";
import type { Executor, Json } from "../../port.ts";
import type { TaskConfig } from "../../schema.ts";
import { createCommandExecutor } from "./command.ts";
import { createCommandBook } from "./command-book.ts";
import { checkDefinition } from "./definition.ts";
import type { Limits } from "./run-command.ts";
import type { CommandDefinition, CommandInput } from "./schema.ts";

const STAND_IN = fileURLToPath(new URL("./stand-in/stand-in.mjs", import.meta.url));

/** The vector that runs the stand-in program. */
export const standIn = (...rest: string[]): string[] => [process.execPath, STAND_IN, ...rest];

/** A definition with all its defaults; throws where it is faulty. */
export function definitionOf(input: CommandInput): CommandDefinition {
  const checked = checkDefinition(input);
  if ("issues" in checked) throw new Error(JSON.stringify(checked.issues));
  return checked.definition;
}

export type CommandWorld = {
  folder: string;
  /** Terraform's manners over `folder`: plan with a saved plan, exit codes 0 and 2, apply, rollback. */
  terraformLike(over?: Partial<CommandInput>): CommandDefinition;
  readState(): Promise<Json>;
  writeState(state: { serial: number; value: string }): Promise<void>;
  desire(text: string): Promise<void>;
  executor(definitions: readonly CommandDefinition[], limits?: Limits): Executor;
  close(): Promise<void>;
};

export const commandTask = (
  command: string,
  given: Record<string, unknown>,
  over: Partial<TaskConfig> = {},
) => taskConfigOf({ type: "command.run", parameters: { command, arguments: given }, ...over });

/** A folder with something to change, and its state beside it. */
export async function openCommandWorld(): Promise<CommandWorld> {
  const folder = await mkdtemp(join(tmpdir(), "ade-command-"));
  await mkdir(join(folder, "state"));
  await writeFile(join(folder, "desired.txt"), "wide\n");
  const state = join(folder, "state", "state.json");
  return {
    folder,
    terraformLike: (over = {}) =>
      definitionOf({
        name: "infra",
        title: "Infrastructure",
        directory: folder,
        plan: standIn("plan", "-state=state", "-var=size={size}", "-out={stash}/plan"),
        apply: standIn("apply", "-state=state", "{stash}/plan"),
        rollback: standIn("rollback", "-state=state", "{stash}/plan"),
        parameters: { properties: { size: { type: "integer", minimum: 1, maximum: 9 } }, required: ["size"] },
        resources: [{ type: "infrastructure", id: "net-{size}", namespace: "prod" }],
        plan_exit_codes: [0, 2],
        volatile: ["stand-in: Refreshing state*"],
        ...over,
      }),
    readState: async () => JSON.parse(await readFile(state, "utf8").catch(() => "null")) as Json,
    writeState: (next) => writeFile(state, JSON.stringify(next)),
    desire: (text) => writeFile(join(folder, "desired.txt"), text),
    executor: (definitions, limits) =>
      createCommandExecutor({
        book: createCommandBook({ file: { read: () => definitions } }),
        ...(limits ? { limits } : {}),
      }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
