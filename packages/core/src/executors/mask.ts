import { MASK } from "../kernel/mask.ts";

/** Lines of a secret shorter than this are too common in ordinary output to be masked by themselves. */
const MIN_LINE_LENGTH = 8;

export type Masker = {
  mask(text: string): string;
  /** How much of `text` can be shown before what follows is known: no secret can lie across that place. */
  settledLength(text: string): number;
};

type Span = { start: number; end: number };

/** Pieces of an encoding shorter than this say little of a secret and occur in ordinary output. */
const MIN_ENCODED_LENGTH = 8;
const MAX_JSON_DEPTH = 4;

/**
 * A secret inside a longer text that was encoded as a whole (`user:password` of Basic): by where it begins its bytes
 * fall on one of three places, and the characters at both ends hold bits of the neighbours too, so they stay.
 */
function insideBase64(bytes: Buffer, encoding: "base64" | "base64url"): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString(encoding)
      .replace(/=+$/, "");
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    return text.slice(Math.ceil((shift * 8) / 6), whole);
  });
}

/** As a JSON text spells it, and JSON texts in JSON texts: tools log answers that quote answers. */
function jsonLevels(secret: string): string[] {
  const levels = [secret];
  for (let depth = 1; depth <= MAX_JSON_DEPTH; depth++)
    levels.push(JSON.stringify(levels.at(-1)).slice(1, -1));
  return levels.slice(1);
}

function spellings(secret: string): string[] {
  const lines = secret.split("\n").filter((line) => line.trim().length >= MIN_LINE_LENGTH);
  const wellFormed = secret.toWellFormed();
  const bytes = Buffer.from(secret);
  const inJson = jsonLevels(secret);
  const inUrl = encodeURIComponent(wellFormed);
  const encoded = [
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...insideBase64(bytes, "base64"),
    ...insideBase64(bytes, "base64url"),
  ];
  return [
    secret,
    ...lines,
    inUrl,
    // As forms spell it, and as percent-encoding with small letters does.
    new URLSearchParams([["", wellFormed]]).toString().slice(1),
    inUrl.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ...inJson,
    // Some escape slashes as well.
    inJson[0]!.replaceAll("/", "\\/"),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    ...encoded.filter((text) => text.length >= MIN_ENCODED_LENGTH),
  ];
}

function findSpans(text: string, needles: readonly string[]): Span[] {
  const found: Span[] = [];
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
      found.push({ start: at, end: at + needle.length });
    }
  }
  const merged: Span[] = [];
  for (const span of found.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}

/** Masks secret values in text: as they are, line by line, and as URL, JSON, hex and base64 spell them. */
export function createMasker(secrets: readonly string[]): Masker {
  const needles = [...new Set(secrets.filter((secret) => secret !== "").flatMap(spellings))];
  const longest = Math.max(0, ...needles.map((needle) => needle.length));

  function unfinishedLength(text: string): number {
    let held = 0;
    for (const needle of needles) {
      const last = text.at(-1);
      for (let length = Math.min(needle.length - 1, text.length); length > held; length--) {
        if (needle[length - 1] === last && text.endsWith(needle.slice(0, length))) held = length;
      }
    }
    return held;
  }

  return {
    mask(text) {
      let shown = "";
      let at = 0;
      for (const span of findSpans(text, needles)) {
        shown += text.slice(at, span.start) + MASK;
        at = span.end;
      }
      return shown + text.slice(at);
    },
    settledLength(text) {
      const cut = text.length - unfinishedLength(text);
      const across = findSpans(text, needles).find((span) => span.start < cut && cut < span.end);
      if (!across) return cut;
      // A secret that overlaps itself ("aaaa") would hold back endless text; beyond a few lengths it is let go.
      return text.length - across.start > longest * 4 ? across.end : across.start;
    },
  };
}
