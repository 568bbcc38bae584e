import { isAbsolute } from "node:path";
import type { PrismaClient } from "../../../generated/client.ts";
import type { Actor } from "../../../kernel/actor.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { errors } from "../../../kernel/errors.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Ledger } from "../../../ledger/service.ts";
import { executorErrors } from "../../errors.ts";
import type { CommandBook } from "./command-book.ts";
import type { CommandFile } from "./command-file.ts";
import {
  type Author,
  deleteCommand,
  findCommand,
  insertCommand,
  listCommands,
  listCommandVersions,
  type StoredCommand,
  updateCommand,
} from "./command-store.ts";
import { checkDefinition, digestOf } from "./definition.ts";
import { offerOf } from "./offers.ts";
import type {
  CommandChange,
  CommandDefinition,
  CommandEntry,
  CommandList,
  CommandOffer,
  CommandVersion,
} from "./schema.ts";
import { shippedDefinitions } from "./shipped-definitions.ts";

export type CommandAdminDeps = {
  prisma: PrismaClient;
  ledger: Ledger;
  clock: Clock;
  ids: Ids;
  file: CommandFile | undefined;
  book: CommandBook;
};

export type CommandAdmin = {
  /** What authors may choose from. */
  offers(): Promise<CommandOffer[]>;
  list(): Promise<CommandList>;
  /** VALIDATION_ERROR, COMMAND_EXISTS, COMMAND_IN_FILE. */
  create(actor: Actor, definition: CommandDefinition): Promise<CommandEntry>;
  /** Replaces it whole: its next version. NOT_FOUND, VALIDATION_ERROR, CONFLICT, COMMAND_IN_FILE. */
  update(actor: Actor, change: CommandChange): Promise<CommandEntry>;
  /** NOT_FOUND, COMMAND_IN_FILE. */
  remove(actor: Actor, name: string): Promise<void>;
  /** Newest first. NOT_FOUND. */
  versions(name: string): Promise<CommandVersion[]>;
};

/** Commands as admins define them on their page, beside those of the file, which are changed there. */
export function createCommandAdmin(deps: CommandAdminDeps): CommandAdmin {
  const { prisma, ledger, book } = deps;
  const inFile = () => deps.file?.read() ?? [];
  const isInFile = (name: string): boolean => inFile().some((each) => each.name === name);
  const entryOf = ({ id: _, ...stored }: StoredCommand): CommandEntry => ({
    ...stored,
    source: "page",
    is_hidden: isInFile(stored.definition.name),
  });

  async function required(name: string): Promise<StoredCommand> {
    const stored = await findCommand(prisma, name);
    if (stored) return stored;
    if (isInFile(name)) throw executorErrors.COMMAND_IN_FILE();
    throw errors.NOT_FOUND({ message: "There is no such command." });
  }

  return {
    async offers() {
      await book.refresh();
      return book.list().map(offerOf);
    },

    async list() {
      const stored = (await listCommands(prisma)).map(entryOf);
      const read = inFile().map(
        (definition): CommandEntry => ({
          definition,
          source: "file",
          is_hidden: false,
          version: null,
          updated_at: null,
        }),
      );
      return {
        commands: [...read, ...stored].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1)),
        file: deps.file ? { path: deps.file.path, problem: deps.file.problem } : null,
        // Whoever adds one says where it runs.
        shipped: shippedDefinitions().map((each) => ({
          ...sound({ ...each, directory: "/" }),
          directory: "",
        })),
      };
    },

    async create(actor, input) {
      const definition = sound(input);
      if (isInFile(definition.name)) throw executorErrors.COMMAND_IN_FILE();
      return ledger.write(actor, async (tx) => {
        const stored = await insertCommand(tx, deps.ids.uuid(), definition, authorOf(actor));
        if (!stored) throw executorErrors.COMMAND_EXISTS();
        return { result: entryOf(stored), facts: [fact("command.created", stored)] };
      });
    },

    async update(actor, { expected_version, ...input }) {
      const current = await required(input.name);
      if (expected_version !== undefined && expected_version !== current.version)
        throw errors.CONFLICT({ message: `This command has version ${current.version} by now.` });
      const definition = sound(input);
      return ledger.write(actor, async (tx) => {
        const stored = await updateCommand(tx, current, definition, authorOf(actor), deps.clock.now());
        if (!stored) throw errors.CONFLICT();
        return { result: entryOf(stored), facts: [fact("command.updated", stored)] };
      });
    },

    async remove(actor, name) {
      const current = await required(name);
      await ledger.write(actor, async (tx) => {
        if (!(await deleteCommand(tx, current.id))) throw errors.NOT_FOUND();
        return { result: undefined, facts: [fact("command.deleted", current)] };
      });
    },

    versions: async (name) => listCommandVersions(prisma, (await required(name)).id),
  };
}

/** The definition with all that is left out filled in. VALIDATION_ERROR names each field. */
function sound(input: unknown): CommandDefinition {
  const checked = checkDefinition(input);
  const details =
    "issues" in checked
      ? checked.issues
      : isAbsolute(checked.definition.directory)
        ? []
        : [{ field: "directory", issue: "must be an absolute path" }];
  if ("issues" in checked || details.length > 0) throw errors.VALIDATION_ERROR({ details });
  return checked.definition;
}

const authorOf = (actor: Actor): Author => ({
  id: actor.kind === "user" ? actor.id : null,
  name: actor.name,
});

/** What is in the environment is named, not told: only references stand in the ledger. */
function fact(action: string, { id, version, definition }: StoredCommand) {
  const environment = Object.fromEntries(
    Object.entries(definition.environment).map(([name, value]) => [
      name,
      value.startsWith("secret://") ? value : "(set)",
    ]),
  );
  const detail = { version, digest: digestOf(definition), definition: { ...definition, environment } };
  return { action, entity_type: "command", entity_id: id, detail };
}
