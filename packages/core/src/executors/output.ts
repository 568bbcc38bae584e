import { createKeptText, renderFrom, type Segment } from "./kept-text.ts";
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

export type OutputCollector = {
  /** Takes a chunk; returns what of it can be shown now, cleaned and masked. */
  push(chunk: string): string;
  /** Nothing follows: returns what was held back. */
  end(): string;
  /** What is kept: all of it, or head and tail with the number of bytes between them. */
  text(): string;
  /** The same in pieces. */
  segments(): Segment[];
  readonly truncated: boolean;
};

/**
 * Collects output in bounded memory. Control characters go, secrets are masked even where a chunk ends inside one
 * (such an end is held back until it is clear how it goes on).
 */
export function createOutputCollector(
  options: { secrets?: readonly string[]; limitBytes?: number } = {},
): OutputCollector {
  const kept = createKeptText(options.limitBytes ?? OUTPUT_LIMIT_BYTES);
  const masking = createMasker((options.secrets ?? []).map(cleanText)).stream();
  let raw = "";

  function advance(isLast: boolean): string {
    const unfinished = isLast ? 0 : (UNFINISHED_SEQUENCE.exec(raw)?.[0].length ?? 0);
    // A carriage return may get its newline, a high surrogate its partner, with the next chunk.
    const halfCharacter = !isLast && /[\r\ud800-\udbff]$/.test(raw) ? 1 : 0;
    const ready = raw.length - Math.max(unfinished, halfCharacter);
    const clean = cleanText(raw.slice(0, ready));
    raw = raw.slice(ready);
    const shown = masking.push(clean) + (isLast ? masking.end() : "");
    kept.push(shown);
    return shown;
  }

  return {
    push(chunk) {
      raw += chunk;
      return advance(false);
    },
    end: () => advance(true),
    text: () => renderFrom(kept.segments(), 0).text,
    segments: () => kept.segments(),
    get truncated() {
      return kept.segments().length > 1;
    },
  };
}
