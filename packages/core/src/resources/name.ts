import { resourceErrors } from "./errors.ts";
import { RESOURCE_TYPES, type ResourceType } from "./schema.ts";

/** The parts of a resource's name as somebody wrote them. */
export type ResourceName = { type: string; id: string; namespace?: string | undefined };
/** The parts of a canonical name. */
export type CanonicalName = { type: ResourceType; namespace: string; id: string };

export const DEFAULT_NAMESPACE = "default";
const MAX_ID_LENGTH = 200;
const MAX_NAMESPACE_LENGTH = 100;

/** Control, format (bidirectional, zero-width), surrogate, private and unassigned code points, and what renders as nothing. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/u;
/** What no rule below says anything about but `.` and `/`: most names are like that, and cost a fifth so. */
const PLAIN = /^[a-z0-9._/-]+$/;
const WHITE_SPACE_BUT_SPACE = /[^\S ]/u;
const LATIN = /\p{Script=Latin}/u;
const LOOKS_LIKE_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

/**
 * The one spelling of a resource's name, `type:namespace/id`. Case and Unicode composition are normalised (NFC, lower
 * case); what could be a second way to write another name (`a/../b`, `a//b`, `/a`, `a%2fb`, invisible or confusable
 * characters) is refused, not repaired, because nobody can tell what its writer meant. Idempotent.
 *
 * @param path where the name stands in the request (`config.resources.0`), to name the field in the error
 * @throws INVALID_RESOURCE_NAME (400) with `details: [{field, issue}]`
 */
export function canonicalKey(name: ResourceName, path = ""): string {
  const { type, namespace, id } = canonicalName(name, path);
  return `${type}:${namespace}/${id}`;
}

/** The parts of the canonical spelling; as canonicalKey. */
export function canonicalName(name: ResourceName, path = ""): CanonicalName {
  const field = (part: string) => (path ? `${path}.${part}` : part);
  const type = RESOURCE_TYPES.find((known) => known === name.type);
  if (!type) throw refuse(field("type"), `must be one of ${RESOURCE_TYPES.join(", ")}`);
  const namespace = fold(name.namespace ?? DEFAULT_NAMESPACE);
  const issueOfNamespace = namespaceIssue(namespace);
  if (issueOfNamespace) throw refuse(field("namespace"), issueOfNamespace);
  const id = fold(name.id);
  const issueOfId = textIssue(id, MAX_ID_LENGTH);
  if (issueOfId) throw refuse(field("id"), issueOfId);
  return { type, namespace, id };
}

/**
 * Reads `type:namespace/id` (or `type:id`, namespace `default`). The id is everything behind the first slash, so it
 * may hold slashes and colons itself.
 *
 * @throws INVALID_RESOURCE_NAME (400) with `details: [{field, issue}]`
 */
export function parseKey(key: string, field = "key"): CanonicalName {
  const colon = key.indexOf(":");
  if (colon < 0) throw refuse(field, "must be written type:namespace/id");
  const type = key.slice(0, colon).toLowerCase();
  const rest = key.slice(colon + 1);
  const slash = rest.indexOf("/");
  return slash < 0
    ? canonicalName({ type, id: rest }, field)
    : canonicalName({ type, namespace: rest.slice(0, slash), id: rest.slice(slash + 1) }, field);
}

/** A canonical key as one says it: `database:prod/billing` is "billing database in prod". */
export function describeKey(key: string): string {
  const { type, namespace, id } = parseKey(key);
  return namespace === DEFAULT_NAMESPACE ? `${id} ${type}` : `${id} ${type} in ${namespace}`;
}

/**
 * Text with case and Unicode composition taken away, as names and patterns are compared. NFC before and after, because
 * lower-casing can bring forth a sequence that composes.
 */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.normalize("NFC").toLowerCase().normalize("NFC");
}

function namespaceIssue(namespace: string): string | null {
  if (/[/:]/.test(namespace)) return "must not contain '/' or ':'";
  return textIssue(namespace, MAX_NAMESPACE_LENGTH);
}

function textIssue(text: string, maxLength: number): string | null {
  if (text.length === 0) return "must not be empty";
  if (text.length > maxLength) return `must be at most ${maxLength} characters`;
  if (PLAIN.test(text)) return pathIssue(text);
  if (INVISIBLE.test(text)) return "must not contain control, bidirectional or invisible characters";
  if (WHITE_SPACE_BUT_SPACE.test(text)) return "must not contain white space other than single spaces";
  if (text.includes("%")) return "must not be percent-encoded ('%' is not allowed)";
  if (text.includes("\\")) return "must not contain a backslash";
  if (/[*?]/.test(text)) return "must not contain '*' or '?', which only patterns have";
  if (fold(text.normalize("NFKC")) !== text)
    return "must not contain compatibility forms of other characters";
  return pathIssue(text);
}

function pathIssue(text: string): string | null {
  if (text.startsWith("/")) return "must not begin with a slash";
  for (const segment of text.split("/")) {
    const issue = segmentIssue(segment);
    if (issue) return issue;
  }
  return null;
}

function segmentIssue(segment: string): string | null {
  if (segment === "") return "must not contain an empty segment ('//' or a slash at the end)";
  if (segment === "." || segment === "..") return "must not contain '.' or '..' as a segment";
  if (segment !== segment.trim() || segment.includes("  "))
    return "must not have spaces at an edge or in a row";
  if (LATIN.test(segment) && LOOKS_LIKE_LATIN.test(segment))
    return "must not mix Latin letters with look-alikes";
  return null;
}

function refuse(field: string, issue: string) {
  return resourceErrors.INVALID_RESOURCE_NAME({
    message: `${field} ${issue}.`,
    details: [{ field, issue }],
  });
}
