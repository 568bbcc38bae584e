import { canonicalSecretName } from "./schema.ts";

const PREFIX = "ADE_SECRET_";
const VARIABLE = /^ADE_SECRET_[A-Za-z][A-Za-z0-9_]{0,62}$/;

/** Values by canonical name: `ADE_SECRET_DB_PASSWORD` is `secret://db-password`. */
export type SecretEnvironment = ReadonlyMap<string, string>;

/** Reads a worker's secrets from its environment; an empty one is none. Throws TypeError, never with a value. */
export function readSecretEnvironment(variables: Record<string, string | undefined>): SecretEnvironment {
  const found = new Map<string, string>();
  for (const [variable, value] of Object.entries(variables)) {
    if (!variable.startsWith(PREFIX) || !value) continue;
    if (!VARIABLE.test(variable))
      throw new TypeError(`${variable}: a secret's name has letters, digits and _, at most 63`);
    const name = canonicalSecretName(variable.slice(PREFIX.length));
    if (found.has(name)) throw new TypeError(`${variable}: secret ${name} is given twice`);
    found.set(name, value);
  }
  return found;
}
