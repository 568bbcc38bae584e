import { MASK } from "../kernel/mask.ts";

/** One word of a shell's: what is masked never runs past the end of a command, or reviewers would not see the next. */
const WORD = "[^\\s\"'`;|&<>()]+";
const GAP = String.raw`(?:\s|\\[nr])`;
const BASE64 = "[A-Za-z0-9+/=]";

const pattern = (...parts: string[]): RegExp => new RegExp(parts.join(""), "g");

/**
 * What secrets look like inside longer text: well-known keys, keys of PEM, passwords in addresses, and what stands
 * behind a telling name in headers, options and assignments. The first group stays.
 *
 * An agent writes this text. So each pattern reads it once: none may begin again in the middle of a run that it has just
 * failed on (a mebibyte of `a.a.a…` took minutes where one could). And none takes more than a secret can be: what is
 * masked is run unseen. `secret-text.test.ts` holds each to both.
 */
const IN_TEXT: readonly RegExp[] = [
  // Lines of a key, and a short last one; whatever else stands behind the opening is no key.
  pattern(
    ...[
      "(-----BEGIN [A-Z ]*PRIVATE KEY-----)",
      `(?:${GAP}+(?:Proc-Type: 4,ENCRYPTED|DEK-Info: [A-Za-z0-9,-]+))*`,
    ],
    ...[`(?:${GAP}+${BASE64}{40,})+(?:${GAP}+${BASE64}{1,76}(?=${GAP}*-----END))?`],
    `(?:${GAP}*-----END [A-Z ]*PRIVATE KEY-----)?`,
  ),
  /()\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|AIza[A-Za-z0-9_-]{30,})/g,
  // A token of JWT at the beginning of a run, or behind a few words that are joined to it.
  /(?<![A-Za-z0-9_-])((?:[A-Za-z0-9_]{1,40}-){0,6})eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/g,
  new RegExp(
    `\\b((?:authorization|proxy-authorization)["']?\\s*[:=]\\s*["']?(?:bearer|basic|token)\\s+)${WORD}`,
    "gi",
  ),
  new RegExp(`(--?(?:password|passwd|token|secret|api-?key)[= ]["']?)${WORD}`, "gi"),
  pattern(
    "\\b([A-Z0-9_]*(?:PASSWORD|PASSWD|TOKEN|SECRET|API_KEY|ACCESS_KEY|PRIVATE_KEY)\\s*=\\s*[\"']?)",
    WORD,
  ),
  // Whatever the scheme is: to look for where it begins is what would take long. Nothing that ends where a host
  // stands. The last one: what another has masked may have ended it.
  /(:\/\/[^\s:/@\\?#]*:)[^\s/\\?#;|&<>()`]+(?=@)/g,
];

/** A reference to one of our secrets in an agent's text is text, and no request for its value. */
const REFERENCE = /secret:\/\//g;
export const UNREFERENCED = "secret:⁄⁄";

/** The text without what looks like a secret. Once more changes nothing. */
export function redactText(text: string): string {
  return IN_TEXT.reduce(
    (shown, each) => shown.replace(each, `$1${MASK}`),
    text.replace(REFERENCE, UNREFERENCED),
  );
}

/**
 * What is shown in the place of a text of which something is masked; null where all of it is seen. The same for the text
 * and for what was kept of it.
 */
export function shownWhereMasked(text: string): string | null {
  const shown = redactText(text);
  return shown.includes(MASK) || shown.includes(UNREFERENCED) ? shown : null;
}
