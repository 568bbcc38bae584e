import { MASK } from "../executors/service.ts";

/** Names of arguments whose text is not kept, as snake, kebab or camel case spell them. */
const SECRET_NAME =
  /(^|_)(password|passwd|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|secret_?key|credentials?|authorization|auth_token|bearer|cookie)s?$/;

/**
 * What secrets look like inside longer text: well-known keys, keys of PEM, passwords in addresses, and what stands
 * behind a telling name in headers, options and assignments. The first group stays.
 *
 * An agent writes this text, so each pattern reads it once: none may begin again in the middle of a run that it has
 * just failed on (a mebibyte of `a.a.a…` took minutes where one could). `redact.test.ts` holds each to it.
 */
const IN_TEXT: readonly RegExp[] = [
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /()\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|AIza[A-Za-z0-9_-]{30,})/g,
  // A token of JWT at the beginning of a run, or behind a few words that are joined to it.
  /(?<![A-Za-z0-9_-])((?:[A-Za-z0-9_]{1,40}-){0,6})eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/g,
  // Whatever the scheme is: to look for where it begins is what would take long.
  /(:\/\/[^\s:/@]*:)[^\s/]+(?=@)/g,
  /\b((?:authorization|proxy-authorization)["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+)[^\s"']+/gi,
  /(--?(?:password|passwd|token|secret|api-?key)[= ]["']?)[^\s"']+/gi,
  /\b([A-Z0-9_]*(?:PASSWORD|PASSWD|TOKEN|SECRET|API_KEY|ACCESS_KEY|PRIVATE_KEY)\s*=\s*["']?)[^\s"']+/g,
];

/** A reference to one of our secrets in an agent's text is text, and no request for its value. */
const REFERENCE = /secret:\/\//g;
export const UNREFERENCED = "secret:⁄⁄";

/** The text without what looks like a secret. */
export function redactText(text: string): string {
  return IN_TEXT.reduce((shown, pattern) => shown.replace(pattern, `$1${MASK}`), text).replace(
    REFERENCE,
    UNREFERENCED,
  );
}

/**
 * The value with the text of every member of a telling name masked, and with no secret in any other text. Bounded by
 * whoever calls (`sizes.ts`): it walks the value by recursion.
 */
export function redactValue(value: unknown): unknown {
  return redactMember(value, false);
}

/** `isSecret`: its name tells; asked once for a whole list, whose name may be as long as the list. */
function redactMember(value: unknown, isSecret: boolean): unknown {
  if (typeof value === "string") return isSecret && value !== "" ? MASK : redactText(value);
  if (Array.isArray(value)) return value.map((item) => redactMember(item, isSecret));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [redactText(key), redactMember(member, isSecretName(key))]),
  );
}

function isSecretName(name: string): boolean {
  const snake = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(/[-\s.]/g, "_");
  return SECRET_NAME.test(snake.toLowerCase());
}
