import type { Readable, Writable } from "node:stream";

/** As the protocol's own SDK: beyond it a message is nobody's honest one. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

class LineTooLong extends Error {
  constructor(limitBytes: number) {
    super(`A message is longer than ${limitBytes} bytes.`);
    this.name = "LineTooLong";
  }
}

/**
 * The lines of a stream as they are, each without its end. Reads no further than they are taken, so a slow taker slows
 * the sender and nothing piles up here.
 *
 * @throws LineTooLong
 */
export async function* linesOf(input: Readable, limitBytes = MAX_LINE_BYTES): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let size = 0;
  for await (const piece of input) {
    let rest = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      if (size + end > limitBytes) throw new LineTooLong(limitBytes);
      yield Buffer.concat([...begun, rest.subarray(0, end)]);
      begun = [];
      size = 0;
      rest = rest.subarray(end + 1);
    }
    if (rest.length === 0) continue;
    size += rest.length;
    if (size > limitBytes) throw new LineTooLong(limitBytes);
    begun.push(rest);
  }
  if (size > 0) yield Buffer.concat(begun);
}

/** Writes whole lines; what comes after the reader has gone is dropped. */
export type LineWriter = {
  /** Resolves when there is room for more. */
  write(line: Buffer | string): Promise<void>;
  /** Bytes that the reader has not taken yet. */
  readonly waitingBytes: number;
  end(): void;
};

export function createLineWriter(output: Writable): LineWriter {
  let isGone = false;
  const gone = new Promise<void>((resolve) => {
    const onGone = (): void => {
      isGone = true;
      resolve();
    };
    output.once("close", onGone);
    output.on("error", onGone);
  });
  return {
    async write(line) {
      if (isGone || !output.writable) return;
      const text = typeof line === "string" ? Buffer.from(line) : line;
      const hasRoom = output.write(Buffer.concat([text, Buffer.from("\n")]));
      if (hasRoom) return;
      const drained = new Promise<void>((resolve) => {
        output.once("drain", resolve);
      });
      await Promise.race([drained, gone]);
    },
    get waitingBytes() {
      return output.writableLength;
    },
    end: () => void output.end(),
  };
}
