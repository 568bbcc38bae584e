import { createMasker } from "./mask.ts";

/** What is kept of an attempt's output. */
export const OUTPUT_LIMIT_BYTES = 256 * 1024;

const ESCAPE = "\u001b";
const BELL = "\u0007";
/** CSI, OSC and the two- and three-character sequences of ECMA-48. */
const TERMINAL_SEQUENCE = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)|[ -/]+[0-~]|[0-Z\\\\^-~])`,
  "g",
);
/** The beginning of a sequence that the next chunk may end; a longer one is no sequence any more. */
const UNFINISHED_SEQUENCE = new RegExp(
  `${ESCAPE}(?:\\[[0-?]{0,64}[ -/]{0,8}|\\][^${BELL}${ESCAPE}]{0,256}${ESCAPE}?|[ -/]{0,8})?$`,
);
/** All but newline and tab; and what turns the direction of text, which makes a line read as another. */
const FORBIDDEN = /(?![\n\t])\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text without terminal sequences, control characters (newline and tab stay) and direction marks. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n").replace(TERMINAL_SEQUENCE, "").replace(FORBIDDEN, "");
}

function headWithin(text: string, bytes: number): string {
  const cut = Buffer.from(text).subarray(0, bytes);
  // A cut inside a code point shows as a replacement character at the end; the point is left out.
  return Buffer.byteLength(text) <= bytes ? text : cut.toString("utf8").replace(/\ufffd+$/, "");
}

function tailWithin(text: string, bytes: number): string {
  const all = Buffer.from(text);
  return all.length <= bytes
    ? text
    : all
        .subarray(all.length - bytes)
        .toString("utf8")
        .replace(/^\ufffd+/, "");
}

export type OutputCollector = {
  /** Takes a chunk; returns what of it can be shown now, cleaned and masked. */
  push(chunk: string): string;
  /** Nothing follows: returns what was held back. */
  end(): string;
  /** What is kept: all of it, or head and tail with the number of bytes between them. */
  text(): string;
  readonly truncated: boolean;
};

/**
 * Collects output in bounded memory. Control characters go, secrets are masked even where a chunk ends inside one
 * (such an end is held back until it is clear how it goes on).
 */
export function createOutputCollector(
  options: { secrets?: readonly string[]; limitBytes?: number } = {},
): OutputCollector {
  const half = Math.floor((options.limitBytes ?? OUTPUT_LIMIT_BYTES) / 2);
  const masker = createMasker((options.secrets ?? []).map(cleanText));
  let raw = "";
  let clean = "";
  let head = "";
  let headBytes = 0;
  let tail = "";
  let totalBytes = 0;

  function keep(text: string): string {
    const bytes = Buffer.byteLength(text);
    totalBytes += bytes;
    const first = tail === "" ? headWithin(text, half - headBytes) : "";
    head += first;
    headBytes += Buffer.byteLength(first);
    tail += text.slice(first.length);
    if (tail.length > half * 4) tail = tailWithin(tail, half);
    return text;
  }

  function advance(isLast: boolean): string {
    const unfinished = isLast ? 0 : (UNFINISHED_SEQUENCE.exec(raw)?.[0].length ?? 0);
    // A carriage return may get its newline, a high surrogate its partner, with the next chunk.
    const halfCharacter = !isLast && /[\r\ud800-\udbff]$/.test(raw) ? 1 : 0;
    const ready = raw.length - Math.max(unfinished, halfCharacter);
    clean += cleanText(raw.slice(0, ready));
    raw = raw.slice(ready);
    const settled = isLast ? clean.length : masker.settledLength(clean);
    const shown = masker.mask(clean.slice(0, settled));
    clean = clean.slice(settled);
    return keep(shown);
  }

  const dropped = () => totalBytes - headBytes - Buffer.byteLength(tailWithin(tail, half));

  return {
    push(chunk) {
      raw += chunk;
      return advance(false);
    },
    end: () => advance(true),
    text() {
      if (dropped() === 0) return head + tail;
      return `${head}\n… ${dropped()} bytes left out …\n${tailWithin(tail, half)}`;
    },
    get truncated() {
      return dropped() > 0;
    },
  };
}
