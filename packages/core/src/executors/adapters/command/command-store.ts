import type { Prisma } from "../../../generated/client.ts";
import {
  type CommandDefinition,
  type CommandEntry,
  type CommandVersion,
  commandDefinition,
} from "./schema.ts";

/** The two tables of commands, through a transaction or not. */
export type CommandTables = Pick<
  Prisma.TransactionClient,
  "command_definition" | "command_definition_version"
>;

export type StoredCommand = Omit<CommandEntry, "source" | "is_hidden" | "version"> & {
  id: string;
  version: number;
};
export type Author = { id: string | null; name: string };

type Row = Prisma.command_definitionGetPayload<object>;

const toStored = (row: Row): StoredCommand => ({
  id: row.id,
  definition: commandDefinition.parse(row.definition),
  version: row.version,
  updated_at: row.updated_at.toISOString(),
});

const toJson = (definition: CommandDefinition) =>
  JSON.parse(JSON.stringify(definition)) as Prisma.InputJsonObject;

export async function listCommands(db: CommandTables): Promise<StoredCommand[]> {
  return (await db.command_definition.findMany({ orderBy: { name: "asc" } })).map(toStored);
}

export async function findCommand(db: CommandTables, name: string): Promise<StoredCommand | null> {
  const row = await db.command_definition.findUnique({ where: { name } });
  return row && toStored(row);
}

/** Newest first. */
export async function listCommandVersions(db: CommandTables, commandId: string): Promise<CommandVersion[]> {
  const where = { command_id: commandId };
  const rows = await db.command_definition_version.findMany({ where, orderBy: { version: "desc" } });
  return rows.map((row) => ({
    version: row.version,
    definition: commandDefinition.parse(row.definition),
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
  }));
}

/** Null where the name is taken. */
export async function insertCommand(
  db: CommandTables,
  id: string,
  definition: CommandDefinition,
  by: Author,
): Promise<StoredCommand | null> {
  const [row] = await db.command_definition.createManyAndReturn({
    data: [{ id, name: definition.name, definition: toJson(definition) }],
    skipDuplicates: true,
  });
  if (!row) return null;
  await insertVersion(db, row, by);
  return toStored(row);
}

/** Compare-and-swap on the version; null where somebody else was faster. */
export async function updateCommand(
  db: CommandTables,
  current: StoredCommand,
  definition: CommandDefinition,
  by: Author,
  now: Date,
): Promise<StoredCommand | null> {
  const [row] = await db.command_definition.updateManyAndReturn({
    where: { id: current.id, version: current.version },
    data: { definition: toJson(definition), version: current.version + 1, updated_at: now },
  });
  if (!row) return null;
  await insertVersion(db, row, by);
  return toStored(row);
}

/** True where it was there. Its versions go with it; the ledger keeps that they were. */
export async function deleteCommand(db: CommandTables, id: string): Promise<boolean> {
  return (await db.command_definition.deleteMany({ where: { id } })).count > 0;
}

async function insertVersion(db: CommandTables, row: Row, by: Author): Promise<void> {
  const { id: command_id, version } = row;
  const definition = row.definition as Prisma.InputJsonObject;
  await db.command_definition_version.create({
    data: { command_id, version, definition, created_by: by.id, created_by_name: by.name },
  });
}
