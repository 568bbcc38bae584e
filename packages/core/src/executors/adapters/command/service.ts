import type { Logger } from "pino";
import type { Executor } from "../../port.ts";
import { clearAbandonedFolders } from "./attempt-folder.ts";
import { createCommandExecutor } from "./command.ts";
import { type CommandAdmin, type CommandAdminDeps, createCommandAdmin } from "./command-admin.ts";
import { createCommandBook } from "./command-book.ts";
import { openCommandFile } from "./command-file.ts";
import { listCommands } from "./command-store.ts";

// Starting programs, for slices above that talk to one.
export { type Conversation, converse } from "./converse.ts";

/** A program is not ended for its worker's silence before a busy worker would have spoken. */
const MIN_SILENCE_MS = 10_000;

export type CommandsOptions = Pick<CommandAdminDeps, "prisma" | "ledger" | "clock" | "ids"> & {
  log: Pick<Logger, "warn">;
  /** ADE_COMMANDS. */
  commandsFile: string | undefined;
  /** True where commands are run. */
  works: boolean;
  lockTtlSeconds: number;
};

/**
 * Commands: their executor and what admins and authors need of them. Throws TypeError for a faulty file, naming file,
 * entry and field.
 */
export function createCommands(options: CommandsOptions): CommandAdmin & { executor: Executor } {
  const { log, commandsFile, prisma } = options;
  const file = commandsFile ? openCommandFile(commandsFile, (sentence) => log.warn(sentence)) : undefined;
  const book = createCommandBook({
    file,
    stored: async () => (await listCommands(prisma)).map(({ definition }) => definition),
  });
  if (options.works) {
    clearAbandonedFolders(Date.now()).catch((error: unknown) =>
      log.warn({ err: error }, "folders that killed attempts left could not be removed"),
    );
  }
  const silenceMs = Math.max(MIN_SILENCE_MS, (options.lockTtlSeconds * 1000 * 2) / 3);
  const executor = createCommandExecutor({ book, limits: { silenceMs } });
  return { executor, ...createCommandAdmin({ ...options, file, book }) };
}
