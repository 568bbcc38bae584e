import type { Pool } from "pg";
import type { Logger } from "pino";
import type { TaskConfig } from "../executors/schema.ts";
import { spell } from "../executors/service.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Ids } from "../kernel/ids.ts";
import { createSecretCommands, missing } from "./commands.ts";
import { type OpenDeps, openSecrets, type Revealed, type Use, userOf } from "./open.ts";
import { canonicalSecretName, type SecretEntry, type SecretUses } from "./schema.ts";
import { environmentNames, findSecrets, knownOf, openTasks, openTypes, type SecretRow } from "./store.ts";
import { refusalError, refusals } from "./usable.ts";

export { readSecretEnvironment, type SecretEnvironment } from "./environment.ts";
export type { Revealed, Use } from "./open.ts";

export type SecretsDeps = OpenDeps & {
  executors: OpenDeps["executors"] & { find(type: string): { secrets?: unknown } };
  pool: Pool;
  ids: Ids;
  log: Logger;
  /** Values are opened in workers and nowhere else. */
  works: boolean;
};

const MAX_USES = 200;

export type SecretsService = ReturnType<typeof createSecretsService>;

/** Values that tasks name and never hold: kept sealed, opened in a worker for one plan or attempt, masked after. */
export function createSecretsService(deps: SecretsDeps) {
  const { pool, prisma, box } = deps;

  async function find(name: string): Promise<SecretRow> {
    const [row] = await findSecrets(prisma, [name]);
    if (!row) throw missing(name);
    return row;
  }
  const entryOf = async (name: string): Promise<SecretEntry> => {
    const [row, names] = await Promise.all([find(name), environmentNames(pool)]);
    return present(row, box.key_id, names);
  };

  return {
    /** Names, never values; those that only an environment has as well. */
    async list(): Promise<SecretEntry[]> {
      const [rows, names] = await Promise.all([findSecrets(prisma), environmentNames(pool)]);
      const entered = rows.map((row) => present(row, box.key_id, names));
      const only = [...(names ?? [])].filter((name) => !rows.some((row) => row.name === name));
      return [...entered, ...only.map(fromEnvironment)].sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    ...createSecretCommands(deps, find, entryOf),

    /** Tasks that have not ended and name it, in themselves or by what they choose. */
    async uses(name: string): Promise<SecretUses> {
      const indirect = (await openTypes(pool)).filter((type) => namesMore(deps, type));
      const tasks = (await openTasks(pool, name, indirect)).flatMap(({ config, ...task }) => {
        const references = referencesIn(deps, config as TaskConfig)
          .filter((reference) => canonicalSecretName(reference.name) === name)
          .map(spell);
        return references.length > 0 ? [{ ...task, references }] : [];
      });
      return { tasks: tasks.slice(0, MAX_USES) };
    },

    /**
     * Refuses a task that names what it may not use or what nobody has, by names alone. While no worker lives nobody
     * can tell what environments hold; then the plan tells. SECRET_MISSING, SECRET_NOT_ALLOWED.
     */
    async assertUsable(config: TaskConfig, keys: readonly string[]): Promise<void> {
      const references = deps.executors.referencesOf(config);
      if (references.length === 0) return;
      const wanted = references.map((reference) => canonicalSecretName(reference.name));
      const [rows, names] = await Promise.all([findSecrets(prisma, wanted), environmentNames(pool)]);
      const user = userOf(deps, config, keys);
      const inEnvironment = names && ((name: string) => names.has(name));
      const refusal = refusalError(refusals(references, knownOf(rows), inEnvironment, user));
      if (refusal) throw refusal;
    },

    /** Whether the configuration names any. */
    isNamedBy: (config: TaskConfig): boolean => deps.executors.referencesOf(config).length > 0,

    /** What names any, only in workers; see openSecrets. */
    open(actor: Actor, use: Use): Promise<Revealed> {
      if (!deps.works && deps.executors.referencesOf(use.config).length > 0)
        throw new Error("Secrets are opened in workers only");
      return openSecrets(deps, actor, use);
    },

    /** Names that this process has in its environment, for its heartbeat. */
    environmentNames: (): string[] => [...deps.environment.keys()].sort(),

    /** Says at start which values cannot be read any more; they would fail one by one otherwise. Answers how many. */
    async warnOfUnreadable(): Promise<number> {
      const lost = await prisma.secret_version.findMany({
        where: { key_id: { not: box.key_id } },
        select: { number: true, secret: { select: { name: true } } },
        take: 100,
      });
      if (lost.length > 0) {
        const secrets = lost.map(({ number, secret }) => `${secret.name}@${number}`);
        deps.log.error(
          { secrets },
          "these secrets were sealed under another ADE_SECRET and cannot be opened; enter them anew or start with that one",
        );
      }
      return lost.length;
    },
  };
}

function present(row: SecretRow, keyId: string, names: ReadonlySet<string> | null): SecretEntry {
  return {
    name: row.name,
    version: row.version,
    description: row.description,
    task_types: row.task_types,
    resource_patterns: row.resource_patterns,
    versions: row.versions.map((version) => ({
      number: version.number,
      created_by_name: version.created_by_name,
      created_at: version.created_at.toISOString(),
      last_used_at: version.last_used_at?.toISOString() ?? null,
      readable: version.key_id === keyId,
    })),
    in_environment: names?.has(row.name) ?? false,
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}

const fromEnvironment = (name: string): SecretEntry => ({
  ...{ name, version: null, description: "", task_types: [], resource_patterns: [], versions: [] },
  ...{ in_environment: true, created_by_name: null, created_at: null, last_used_at: null },
});

/** A type that nobody handles any more names what its configuration names, or so little that it is no matter here. */
function referencesIn(deps: SecretsDeps, config: TaskConfig) {
  try {
    return deps.executors.referencesOf(config);
  } catch {
    return [];
  }
}

function namesMore(deps: SecretsDeps, type: string): boolean {
  try {
    return deps.executors.find(type).secrets !== undefined;
  } catch {
    return false;
  }
}
