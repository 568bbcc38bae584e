import { type SecretReference, spell } from "../executors/service.ts";
import type { CodedError } from "../kernel/errors.ts";
import { compileGlob, compileNameGlob } from "../resources/service.ts";
import { secretErrors } from "./errors.ts";
import { canonicalSecretName } from "./schema.ts";

/** What is known of a secret without its values. */
export type Known = {
  readonly task_types: readonly string[];
  readonly resource_patterns: readonly string[];
  readonly numbers: readonly number[];
};

/**
 * Who wants to use secrets: a task's type and the canonical keys of what it touches. `type` is null for one whose type
 * says nothing of that, because it only brings back what another one did that was allowed to.
 */
export type User = { readonly type: string | null; readonly keys: readonly string[] };

type Refusal = { code: "SECRET_MISSING" | "SECRET_NOT_ALLOWED"; reference: string; sentence: string };

/** Why this secret is not for this task; null where it is. */
function scopeRefusal(name: string, known: Known, user: User): string | null {
  const { task_types, resource_patterns } = known;
  const { type } = user;
  if (type !== null && task_types.length > 0 && !task_types.some((each) => compileNameGlob(each)(type)))
    return `Secret ${name} may not be used by tasks of type ${type}.`;
  if (resource_patterns.length === 0) return null;
  const globs = resource_patterns.map(compileGlob);
  const other = user.keys.find((key) => !globs.some((fits) => fits(key)));
  return other === undefined ? null : `Secret ${name} may not be used on ${other}.`;
}

/**
 * What keeps a task from using what it names. Pure. `environment` says whether a worker has a value for a name; null
 * where nobody can tell now. A refused use says no more than a refused one: whether a value is there is not looked at.
 */
export function refusals(
  references: readonly SecretReference[],
  known: ReadonlyMap<string, Known>,
  environment: ((name: string) => boolean) | null,
  user: User,
): Refusal[] {
  return references.flatMap((given): Refusal[] => {
    const name = canonicalSecretName(given.name);
    const reference = spell(given);
    const secret = known.get(name);
    const forbidden = secret ? scopeRefusal(name, secret, user) : null;
    if (forbidden) return [{ code: "SECRET_NOT_ALLOWED", reference, sentence: forbidden }];
    const missing = (sentence: string): Refusal[] => [{ code: "SECRET_MISSING", reference, sentence }];
    if (given.version !== null) {
      if (secret?.numbers.includes(given.version)) return [];
      return missing(
        secret ? `Secret ${name} has no version ${given.version}.` : `There is no secret ${name}.`,
      );
    }
    if (secret && secret.numbers.length > 0) return [];
    if (environment === null || environment(name)) return [];
    return missing(secret ? `Secret ${name} has no value.` : `There is no secret ${name}.`);
  });
}

/** The refusals as one coded error: the first one's code, every sentence, and each reference in `details`. */
export function refusalError(all: readonly Refusal[]): CodedError | null {
  const [first] = all;
  if (!first) return null;
  return secretErrors[first.code]({
    message: [...new Set(all.map(({ sentence }) => sentence))].join(" "),
    details: all.map(({ reference, code, sentence }) => ({ reference, code, issue: sentence })),
  });
}
