/** A piece of a stream of text; `position` is how many UTF-8 bytes of the stream come before it. */
export type Segment = { readonly position: number; readonly text: string };

export type KeptText = {
  push(text: string): void;
  /** What is kept: all of it as one piece, or the beginning and the end. */
  segments(): Segment[];
  /** The stream's position after all that was pushed. */
  readonly end: number;
};

/** Keeps at most `limitBytes` of a stream that begins at position `begin`: its first half and its last. */
export function createKeptText(limitBytes: number, begin = 0): KeptText {
  const half = Math.floor(limitBytes / 2);
  let head = "";
  let headBytes = 0;
  let tail = "";
  let end = begin;

  return {
    push(text) {
      end += Buffer.byteLength(text);
      const first = tail === "" ? headWithin(text, half - headBytes) : "";
      head += first;
      headBytes += Buffer.byteLength(first);
      tail += text.slice(first.length);
      if (tail.length > half * 4) tail = tailWithin(tail, half);
    },
    segments() {
      const last = tailWithin(tail, half);
      const position = end - Buffer.byteLength(last);
      if (position === begin + headBytes)
        return head + last === "" ? [] : [{ position: begin, text: head + last }];
      return [
        { position: begin, text: head },
        { position, text: last },
      ];
    },
    get end() {
      return end;
    },
  };
}

export type Rendered = {
  text: string;
  /** The position after it: where reading goes on. */
  next: number;
  left_out_bytes: number;
};

/**
 * What is kept of a stream from a position on; a line says how many bytes were left out wherever pieces do not meet.
 * `segments` are in order and do not overlap. Pure.
 */
export function renderFrom(segments: readonly Segment[], from: number): Rendered {
  let text = "";
  let next = from;
  let left_out_bytes = 0;
  for (const segment of segments) {
    const bytes = Buffer.from(segment.text);
    const end = segment.position + bytes.length;
    if (end <= next) continue;
    const missing = segment.position - next;
    if (missing > 0) {
      text += `\n… ${missing} bytes left out …\n`;
      left_out_bytes += missing;
    }
    text += tailWithin(segment.text, end - Math.max(next, segment.position));
    next = end;
  }
  return { text, next, left_out_bytes };
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
