import { Prisma } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Fact } from "../ledger/schema.ts";
import { secretErrors } from "./errors.ts";
import { type OpenDeps, sealValue } from "./open.ts";
import type { SecretEntry, SecretInput, SecretPatch } from "./schema.ts";
import type { SecretRow } from "./store.ts";

export type CommandDeps = Pick<OpenDeps, "prisma" | "ledger" | "clock" | "box"> & { ids: Ids };

/** What admins do to secrets. `find` answers a row or throws NOT_FOUND, `entryOf` what is shown of it. */
export function createSecretCommands(
  { ledger, clock, ids, box }: CommandDeps,
  find: (name: string) => Promise<SecretRow>,
  entryOf: (name: string) => Promise<SecretEntry>,
) {
  return {
    /** SECRET_EXISTS. A name that was deleted goes on with the next number, so a pinned one never means another. */
    async create(actor: Actor, input: SecretInput): Promise<SecretEntry> {
      const { name, description, task_types, resource_patterns, value } = input;
      const about = {
        description,
        task_types: unique(task_types),
        resource_patterns: unique(resource_patterns),
      };
      const by = { created_by: idOf(actor), created_by_name: actor.name, created_at: clock.now() };
      await ledger
        .write(actor, async (tx) => {
          const before = await tx.secret.findUnique({ where: { name } });
          if (before && before.deleted_at === null) throw secretErrors.SECRET_EXISTS();
          const number = (before?.last_number ?? 0) + (value === undefined ? 0 : 1);
          const data = { ...about, ...by, updated_at: clock.now(), last_number: number };
          const row = before
            ? await tx.secret.update({
                where: { id: before.id, version: before.version },
                data: { ...data, version: before.version + 1, deleted_at: null, last_used_at: null },
              })
            : await tx.secret.create({ data: { id: ids.uuid(), name, ...data } });
          if (value !== undefined) {
            const sealed = sealValue(box, row, number, value);
            await tx.secret_version.create({
              data: { id: ids.uuid(), secret_id: row.id, number, ...by, ...sealed },
            });
          }
          const version = value === undefined ? null : number;
          return { result: undefined, facts: [fact("secret.created", name, { ...about, version })] };
        })
        .catch((error: unknown) => {
          const isTaken = error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
          throw isTaken ? secretErrors.SECRET_EXISTS() : error;
        });
      return entryOf(name);
    },

    /** Who may use it, and what it is for. NOT_FOUND, CONFLICT. */
    async update(actor: Actor, name: string, patch: SecretPatch): Promise<SecretEntry> {
      const row = await find(name);
      if (patch.expected_version !== undefined && patch.expected_version !== row.version)
        throw errors.CONFLICT({ message: `This secret has version ${row.version} by now.` });
      const { description, task_types, resource_patterns } = patch;
      const changed = {
        ...(description !== undefined && { description }),
        ...(task_types && { task_types: unique(task_types) }),
        ...(resource_patterns && { resource_patterns: unique(resource_patterns) }),
      };
      await ledger.write(actor, async (tx) => {
        const { count } = await tx.secret.updateMany({
          where: { id: row.id, version: row.version, deleted_at: null },
          data: { ...changed, version: row.version + 1, updated_at: clock.now() },
        });
        if (count === 0) throw errors.CONFLICT();
        return { result: undefined, facts: [fact("secret.updated", name, changed)] };
      });
      return entryOf(name);
    },

    /** The newest from now on; those before stay for whoever pins them. NOT_FOUND. */
    async addVersion(actor: Actor, name: string, value: string): Promise<SecretEntry> {
      await ledger.write(actor, async (tx) => {
        const [row] = await tx.secret.updateManyAndReturn({
          where: { name, deleted_at: null },
          data: { last_number: { increment: 1 }, version: { increment: 1 }, updated_at: clock.now() },
        });
        if (!row) throw missing(name);
        const number = row.last_number;
        const by = { created_by: idOf(actor), created_by_name: actor.name, created_at: clock.now() };
        const sealed = sealValue(box, row, number, value);
        await tx.secret_version.create({
          data: { id: ids.uuid(), secret_id: row.id, number, ...by, ...sealed },
        });
        return { result: undefined, facts: [fact("secret.version_added", name, { version: number })] };
      });
      return entryOf(name);
    },

    /** NOT_FOUND. Its number is never given again. */
    async removeVersion(actor: Actor, name: string, number: number): Promise<void> {
      const row = await find(name);
      await ledger.write(actor, async (tx) => {
        const { count } = await tx.secret_version.deleteMany({ where: { secret_id: row.id, number } });
        if (count === 0) throw errors.NOT_FOUND({ message: `Secret ${name} has no version ${number}.` });
        return { result: undefined, facts: [fact("secret.version_deleted", name, { version: number })] };
      });
    },

    /** All its values are gone; the name stays taken by its numbers. NOT_FOUND. */
    async remove(actor: Actor, name: string): Promise<void> {
      await ledger.write(actor, async (tx) => {
        const [row] = await tx.secret.updateManyAndReturn({
          where: { name, deleted_at: null },
          data: { deleted_at: clock.now(), version: { increment: 1 } },
        });
        if (!row) throw missing(name);
        const { count } = await tx.secret_version.deleteMany({ where: { secret_id: row.id } });
        return { result: undefined, facts: [fact("secret.deleted", name, { versions: count })] };
      });
    },
  };
}

function fact(action: string, name: string, detail: Record<string, unknown>): Fact {
  return { action, entity_type: "secret", entity_id: name, detail };
}

const unique = (patterns: readonly string[]): string[] => [...new Set(patterns)];
const idOf = (actor: Actor): string | null => (actor.kind === "user" ? actor.id : null);
/** Where there is none of this name. */
export const missing = (name: string) => errors.NOT_FOUND({ message: `There is no secret ${name}.` });
