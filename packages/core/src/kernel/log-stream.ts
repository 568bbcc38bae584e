import { write, writeSync } from "node:fs";
import type { DestinationStream } from "pino";

/** So much is kept where it cannot be written; what comes then is counted, and dropped. */
const KEPT_CHARACTERS = 1024 * 1024;
/** A full pipe is tried again after this; a full disk, or a reader that has gone, with the next line. */
const BUSY_MS = 50;
const WARN = 40;

/**
 * Where a process writes its log: a descriptor (standard output), which may be a file on a full disk, or a pipe whose
 * reader is slow or gone. None of that ends the process or holds it up: what cannot be written is kept, in bounds, and
 * written when there is room; a line at that place says how many were dropped. (pino's own stream ends the process with
 * the first error, and at its end tries a full disk for ever.)
 */
export function logStream(descriptor = 1): DestinationStream {
  let waiting: string[] = [];
  let characters = 0;
  let dropped = 0;
  let current: Buffer | null = null;
  let isWriting = false;

  function take(): Buffer | null {
    if (waiting.length === 0) return null;
    const lines = waiting;
    if (dropped > 0) {
      const msg = `${dropped} lines of this log could not be written`;
      lines.push(`${JSON.stringify({ level: WARN, time: Date.now(), pid: process.pid, msg })}\n`);
    }
    [waiting, characters, dropped] = [[], 0, 0];
    return Buffer.from(lines.join(""));
  }

  function next(): void {
    current ??= take();
    if (isWriting || current === null) return;
    isWriting = true;
    write(descriptor, current, (error, written) => {
      isWriting = false;
      if (error?.code === "EAGAIN") setTimeout(next, BUSY_MS);
      if (error) return;
      current = written < current!.length ? current!.subarray(written) : null;
      next();
    });
  }

  // What is on its way then may be there twice, rather than not at all.
  process.on("exit", () => {
    try {
      for (current ??= take(); current; current = take()) writeSync(descriptor, current);
    } catch {
      // Nobody is left to be told.
    }
  });
  return {
    write(line) {
      if (characters + line.length > KEPT_CHARACTERS) dropped += 1;
      else {
        waiting.push(line);
        characters += line.length;
      }
      next();
    },
  };
}
