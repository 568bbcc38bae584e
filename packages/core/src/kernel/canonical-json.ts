import canonicalize from "canonicalize";

/**
 * JSON in its one canonical form (RFC 8785): keys sorted, numbers in shortest form, no white space.
 * `undefined` members are left out. Throws TypeError for NaN and infinities, which JSON cannot say.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("This value has no JSON form");
  return text;
}
