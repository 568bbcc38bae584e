import { MASK } from "../kernel/mask.ts";
import { type Pattern, patternsOf, type Step } from "./spellings.ts";

export type MaskedStream = {
  /** Takes text; answers what of all so far can be shown, before what follows is known. */
  push(text: string): string;
  /** Nothing follows: answers what was held back. */
  end(): string;
};

export type Masker = {
  mask(text: string): string;
  stream(): MaskedStream;
};

type Span = { readonly start: number; readonly end: number };
/** A place inside a pattern that what was read has led to; `start` is where that began. */
type Thread = { readonly pattern: Pattern; readonly letter: number; readonly step: Step; start: number };

/** A tool breaks lines of encoded text no shorter than this, and indents the next no further than that. */
const MIN_WRAPPED_LENGTH = 16;
const MAX_BREAK_LENGTH = 80;
const ID_SPAN = 2 ** 20;

const SPACE = 1;
const ESCAPE = 2;
const ENCODED = 4;
/** What the characters of ASCII are to encoded text. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (char === "\\") return ESCAPE;
  return /\s/.test(char) ? SPACE : /[\w+/=%-]/.test(char) ? ENCODED : 0;
});
const SPELLED = new Set([..."nrt"].map((char) => char.charCodeAt(0)));

/** Tells which characters may belong to a line's end inside encoded text: white space, also as JSON spells it. */
function createBreaks() {
  let run = 0;
  let length = 0;
  let isAfterLine = false;
  let isEscape = false;
  return (code: number): boolean => {
    const kind = KINDS[code] ?? 0;
    const isSpelled = isEscape && SPELLED.has(code);
    isEscape = kind === ESCAPE;
    if (isEscape || isSpelled || kind === SPACE) {
      if (length === 0) isAfterLine = run >= MIN_WRAPPED_LENGTH;
      if (!isEscape) run = 0;
      length += 1;
      return isAfterLine && length <= MAX_BREAK_LENGTH;
    }
    length = 0;
    run = kind === ENCODED ? run + 1 : 0;
    return false;
  };
}

const PAIR = 2 ** 16;
/** Where a pattern may begin: by its first character, and by its first two, which few texts have by chance. */
function beginningsOf(patterns: readonly Pattern[]) {
  const byOne = new Map<number, Pattern[]>();
  // One character is found whatever follows it.
  const isShort = patterns.some(({ letters }) => letters.length === 1);
  const byTwo = new Map<number, Pattern[]>();
  const note = (map: Map<number, Pattern[]>, key: number, pattern: Pattern): void => {
    const noted = map.get(key);
    if (!noted) map.set(key, [pattern]);
    else if (noted.at(-1) !== pattern) noted.push(pattern);
  };
  for (const pattern of patterns) {
    const [letter, following] = pattern.letters;
    for (const [first, step] of letter!.next) {
      note(byOne, first, pattern);
      const seconds = new Set(step.next.keys());
      if (step.ends) for (const second of following?.next.keys() ?? []) seconds.add(second);
      if (step.ends && pattern.isWrapped) for (const second of BREAKS) seconds.add(second);
      for (const second of seconds) note(byTwo, first * PAIR + second, pattern);
    }
  }
  /** `second` is null where it is not known yet. */
  return (first: number, second: number | null): readonly Pattern[] | undefined =>
    second === null || isShort ? byOne.get(first) : byTwo.get(first * PAIR + second);
}

const BREAKS = [..." \t\r\n\\"].map((char) => char.charCodeAt(0));

/**
 * Masks secret values in text, in every way that tools write them, mixed ways too (spellings.ts). All patterns are
 * followed at once, character by character: time grows with the text, however it is cut into pieces.
 */
export function createMasker(secrets: readonly string[]): Masker {
  const patterns = patternsOf(secrets);
  const beginning = beginningsOf(patterns);

  function stream(): MaskedStream {
    if (patterns.length === 0) return { push: (text) => text, end: () => "" };
    const isBreak = createBreaks();
    let live: Thread[] = [];
    let spans: Span[] = [];
    // Read, but not shown yet; places count from the beginning of the stream.
    let pending = "";
    let pendingFrom = 0;
    let at = 0;
    let maskedTo = 0;

    function follow(code: number, second: number | null): void {
      const mayStay = isBreak(code);
      const begun = beginning(code, second);
      if (live.length === 0 && !begun) return;
      const next = new Map<number, Thread>();
      const keep = (thread: Thread): void => {
        const { pattern, letter, step, start } = thread;
        const key = (pattern.first + letter) * ID_SPAN + step.id;
        const same = next.get(key);
        // Of two that go on alike, the one that began earlier hides more.
        if (!same) next.set(key, thread);
        else if (start < same.start) same.start = start;
      };
      const enter = (pattern: Pattern, letter: number, step: Step | undefined, start: number): void => {
        if (!step) return;
        if (step.next.size > 0) keep({ pattern, letter, step, start });
        if (!step.ends) return;
        const following = pattern.letters[letter + 1];
        if (following) keep({ pattern, letter: letter + 1, step: following, start });
        else spans.push({ start, end: at + 1 });
      };
      for (const { pattern, letter, step, start } of live) {
        if (mayStay && pattern.isWrapped && step === pattern.letters[letter])
          keep({ pattern, letter, step, start });
        enter(pattern, letter, step.next.get(code), start);
      }
      for (const pattern of begun ?? []) enter(pattern, 0, pattern.letters[0]!.next.get(code), at);
      live = [...next.values()];
    }

    /** Shows all before `limit`, where the first of what may yet become a secret begins. */
    function release(limit: number): string {
      let shown = "";
      let from = pendingFrom;
      const later: Span[] = [];
      for (const span of spans.sort((a, b) => a.start - b.start)) {
        if (span.start >= limit) {
          later.push(span);
          continue;
        }
        // What overlaps is one.
        if (span.start >= maskedTo)
          shown += pending.slice(from - pendingFrom, span.start - pendingFrom) + MASK;
        maskedTo = Math.max(maskedTo, span.end);
        from = Math.max(from, maskedTo);
      }
      spans = later;
      if (from < limit) shown += pending.slice(from - pendingFrom, limit - pendingFrom);
      from = Math.max(from, limit);
      pending = pending.slice(from - pendingFrom);
      pendingFrom = from;
      return shown;
    }

    return {
      push(text) {
        pending += text;
        for (let index = 0; index < text.length; index++) {
          follow(text.charCodeAt(index), index + 1 < text.length ? text.charCodeAt(index + 1) : null);
          at += 1;
        }
        return release(live.reduce((least, { start }) => Math.min(least, start), at));
      },
      end() {
        live = [];
        return release(at);
      },
    };
  }

  return {
    mask(text) {
      const masking = stream();
      return masking.push(text) + masking.end();
    },
    stream,
  };
}
