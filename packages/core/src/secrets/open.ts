import type { TaskConfig } from "../executors/schema.ts";
import {
  ExecutorFailure,
  type ExecutorsService,
  type PlanContext,
  replaceReferences,
  type SecretBox,
  type SecretReference,
  spell,
} from "../executors/service.ts";
import type { PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Ledger } from "../ledger/service.ts";
import type { SecretEnvironment } from "./environment.ts";
import { secretErrors } from "./errors.ts";
import { canonicalSecretName, MIN_VALUE_LENGTH } from "./schema.ts";
import { findSecrets, knownOf, type SecretRow } from "./store.ts";
import { refusalError, refusals, type User } from "./usable.ts";

/** What a worker knows for one plan or attempt. `values` are all that has to be masked in what comes of it. */
export type Revealed = { readonly reveal: PlanContext["reveal"]; readonly values: readonly string[] };

export type Use = {
  readonly config: TaskConfig;
  /** Canonical keys of what the task touches. */
  readonly keys: readonly string[];
  readonly purpose: "plan" | "apply";
  /** Absent for a dry run. */
  readonly task?: { readonly id: string; readonly revision: number } | undefined;
};

export type OpenDeps = {
  prisma: PrismaClient;
  ledger: Ledger;
  clock: Clock;
  executors: Pick<ExecutorsService, "referencesOf">;
  box: SecretBox;
  environment: SecretEnvironment;
  /** Types that bring back what other types did; their executors see to it that they name the same secrets. */
  undoing: readonly string[];
};

type Chosen = { readonly value: string; readonly number: number | null; readonly row: SecretRow | undefined };

const contextOf = (row: { id: string }, number: number) => `${row.id}:${number}`;

/** A task as the limits of secrets see it. */
export function userOf(deps: Pick<OpenDeps, "undoing">, { type }: TaskConfig, keys: readonly string[]): User {
  return { type: deps.undoing.includes(type) ? null : type, keys };
}

/** A value as it is kept: bound to its secret and its number. */
export function sealValue(box: SecretBox, row: { id: string }, number: number, value: string) {
  return { sealed: box.seal(value, contextOf(row, number)), key_id: box.key_id };
}

/**
 * The values that a task names, for one plan or attempt; that they were used is recorded before anybody has them.
 * All versions of what it names are masked, since one that was replaced may still stand in the place that is changed.
 * SECRET_MISSING, SECRET_NOT_ALLOWED, SECRET_UNREADABLE.
 */
export async function openSecrets(deps: OpenDeps, actor: Actor, use: Use): Promise<Revealed> {
  const references = deps.executors.referencesOf(use.config);
  if (references.length === 0) return { reveal: (text) => text, values: [] };
  const names = [...new Set(references.map(({ name }) => canonicalSecretName(name)))];
  const rows = await findSecrets(deps.prisma, names);
  const user = userOf(deps, use.config, use.keys);
  const refusal = refusalError(
    refusals(references, knownOf(rows), (name) => deps.environment.has(name), user),
  );
  if (refusal) throw refusal;

  const chosen = new Map<string, Chosen>();
  for (const reference of references) chosen.set(spell(reference), choose(deps, rows, reference));
  const values = [...chosen.values(), ...others(deps, rows, names)].map((each) =>
    typeof each === "string" ? each : each.value,
  );
  await record(deps, actor, use, [...chosen.entries()]);
  return {
    values: [...new Set(values)],
    reveal: (text) =>
      replaceReferences(text, (reference) => {
        const found = chosen.get(spell(reference));
        if (found) return found.value;
        throw new ExecutorFailure(`${spell(reference)} is not named by the task, so it was not fetched.`);
      }),
  };
}

function choose(
  deps: OpenDeps,
  rows: readonly SecretRow[],
  { name: given, version }: SecretReference,
): Chosen {
  const name = canonicalSecretName(given);
  const row = rows.find((each) => each.name === name);
  const stored = version === null ? row?.versions[0] : row?.versions.find(({ number }) => number === version);
  if (row && stored) {
    if (stored.key_id !== deps.box.key_id) {
      throw secretErrors.SECRET_UNREADABLE({
        message: `Version ${stored.number} of secret ${name} was sealed under another ADE_SECRET.`,
      });
    }
    return { value: opened(deps, row, stored), number: stored.number, row };
  }
  const value = deps.environment.get(name) ?? "";
  if (value.length < MIN_VALUE_LENGTH) {
    throw secretErrors.SECRET_UNREADABLE({
      message: `Secret ${name} of the environment has fewer than ${MIN_VALUE_LENGTH} characters and could not be masked.`,
    });
  }
  return { value, number: null, row };
}

const opened = (deps: OpenDeps, row: SecretRow, version: SecretRow["versions"][number]): string =>
  deps.box.open(version.sealed, contextOf(row, version.number)) as string;

function others(deps: OpenDeps, rows: readonly SecretRow[], names: readonly string[]): string[] {
  const stored = rows.flatMap((row) =>
    row.versions
      .filter(({ key_id }) => key_id === deps.box.key_id)
      .map((version) => opened(deps, row, version)),
  );
  const given = names.flatMap((name) => deps.environment.get(name) ?? []);
  return [...stored, ...given.filter(({ length }) => length >= MIN_VALUE_LENGTH)];
}

async function record(
  deps: OpenDeps,
  actor: Actor,
  use: Use,
  chosen: readonly (readonly [string, Chosen])[],
): Promise<void> {
  const at = deps.clock.now();
  await deps.ledger.write(actor, async (tx) => {
    for (const [, { row, number }] of chosen) {
      if (!row) continue;
      await tx.secret.updateMany({ where: { id: row.id }, data: { last_used_at: at } });
      if (number !== null) {
        const where = { secret_id: row.id, number };
        await tx.secret_version.updateMany({ where, data: { last_used_at: at } });
      }
    }
    const facts = chosen.map(([reference, { row, number }]): Fact => {
      const name = canonicalSecretName(reference.replace(/^secret:\/\/|@\d+$/g, ""));
      return {
        action: "secret.used",
        entity_type: "secret",
        entity_id: name,
        ...(use.task && { task_id: use.task.id }),
        detail: {
          purpose: use.purpose,
          version: number,
          from: number === null ? "environment" : "table",
          limited: row !== undefined && row.task_types.length + row.resource_patterns.length > 0,
          ...(use.task && { revision: use.task.revision }),
        },
      };
    });
    return { result: undefined, facts };
  });
}
