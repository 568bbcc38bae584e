export const MASK = "••••••";

/** Lines of a secret shorter than this are too common in ordinary output to be masked by themselves. */
const MIN_LINE_LENGTH = 8;

export type Masker = {
  mask(text: string): string;
  /** How much of `text` can be shown before what follows is known: no secret can lie across that place. */
  settledLength(text: string): number;
};

type Span = { start: number; end: number };

function spellings(secret: string): string[] {
  const lines = secret.split("\n").filter((line) => line.trim().length >= MIN_LINE_LENGTH);
  return [
    secret,
    ...lines,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("base64"),
    Buffer.from(secret).toString("base64url"),
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

/** Masks secret values in text: as they are, line by line, and as URL, JSON and base64 spell them. */
export function createMasker(secrets: readonly string[]): Masker {
  const needles = [...new Set(secrets.filter((secret) => secret !== "").flatMap(spellings))];
  const longest = Math.max(0, ...needles.map((needle) => needle.length));

  function unfinishedLength(text: string): number {
    let held = 0;
    for (const needle of needles) {
      for (let length = Math.min(needle.length - 1, text.length); length > held; length--) {
        if (text.endsWith(needle.slice(0, length))) held = length;
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
