import { MASK } from "../../../kernel/mask.ts";
import { ExecutorFailure } from "../../errors.ts";
import type { Json, PlanContext } from "../../port.ts";
import { hasReference, replaceReferences, spell } from "../../secret-reference.ts";
import { headerIssue, isConfidential } from "./http-headers.ts";
import { splitUrl, type WrittenRequest } from "./http-parameters.ts";

export type ReadyRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

function mapTexts(value: Json, change: (text: string, name: string) => string, name = ""): Json {
  if (typeof value === "string") return change(value, name);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapTexts(member, change, key)]),
  );
}

/** What a body is, where no header says it: JSON, also as text that is JSON. */
function typeOf(body: WrittenRequest["body"]): string {
  if (typeof body !== "string") return "application/json";
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === "object" && read !== null ? "application/json" : "text/plain; charset=utf-8";
  } catch {
    return "text/plain; charset=utf-8";
  }
}

/**
 * The request with the values behind its references: encoded in the URL, as JSON in a JSON body, as they are in a text.
 * Throws ExecutorFailure for a value that a header can't carry.
 */
export function readyRequest(written: WrittenRequest, context: PlanContext): ReadyRequest {
  const { origin, rest } = splitUrl(written.url);
  const path = replaceReferences(rest, (reference) => {
    const written = spell(reference);
    const value = context.reveal(written);
    return value === written ? written : encodeURIComponent(value.toWellFormed());
  });
  const headers: Record<string, string> = { accept: "*/*", "accept-encoding": "identity" };
  if (written.body !== null) headers["content-type"] = typeOf(written.body);
  for (const [name, value] of Object.entries(written.headers)) {
    const revealed = context.reveal(value);
    const issue = headerIssue(name, revealed);
    if (issue) throw new ExecutorFailure(`The value of the header ${name} ${issue}.`);
    headers[name.toLowerCase()] = revealed;
  }
  const body =
    written.body === null
      ? null
      : typeof written.body === "string"
        ? context.reveal(written.body)
        : JSON.stringify(mapTexts(written.body, (text) => context.reveal(text)));
  return { method: written.method, url: new URL(origin + path), headers, body };
}

/** What is shown of a value: references as they are, other text under a confidential name not at all. */
const shown = (name: string, text: string) => (isConfidential(name) && !hasReference(text) ? MASK : text);

/** The address as people may see it. */
export function shownUrl(url: string): string {
  return url.replace(/([?&])([^=&#]+)=([^&#]*)/g, (_all, sign: string, name: string, value: string) => {
    return `${sign}${name}=${shown(name, value)}`;
  });
}

/** The request as text, for reviewers: confidential values masked, references as references. */
export function shownRequest({ method, url, headers, body }: WrittenRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${shown(name, value)}`);
  const text =
    body === null
      ? null
      : typeof body === "string"
        ? body
        : JSON.stringify(
            mapTexts(body, (value, name) => shown(name, value)),
            null,
            2,
          );
  return [`${method} ${shownUrl(url)}`, ...lines, ...(text === null ? [] : ["", text]), ""].join("\n");
}

/** Names of headers and members whose value stands there as it is. */
export function plainSecrets({ headers, body }: WrittenRequest): string[] {
  const found = new Set<string>();
  const note = (text: string, name: string) => {
    if (text !== "" && isConfidential(name) && !hasReference(text)) found.add(name);
    return text;
  };
  for (const [name, value] of Object.entries(headers)) note(value, name);
  if (body !== null && typeof body !== "string") mapTexts(body, note);
  return [...found];
}
