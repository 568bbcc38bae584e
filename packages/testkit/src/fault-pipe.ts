import type { Socket } from "node:net";

/** How a direction of the proxy treats its bytes now; changed while they are under way. */
export type PipeRules = { paused: boolean; delayMs: () => number };

export type FaultPipe = {
  /** Takes bytes, or `null` for the end of the stream. */
  push(chunk: Buffer | null): void;
  /** Looks again, after the rules changed. */
  pump(): void;
  stop(): void;
};

/** One direction of one connection: late and in order, as TCP would be on a slow or a broken line. */
export function createFaultPipe(to: Socket, rules: PipeRules): FaultPipe {
  const queue: { chunk: Buffer | null; atMs: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let lastAtMs = 0;

  function pump(): void {
    clearTimeout(timer);
    timer = undefined;
    while (!rules.paused && queue.length > 0) {
      const waitMs = queue[0]!.atMs - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(pump, waitMs);
        return;
      }
      const { chunk } = queue.shift()!;
      if (to.destroyed) continue;
      if (chunk === null) to.end();
      else to.write(chunk);
    }
  }

  return {
    push(chunk) {
      const delayMs = rules.delayMs();
      // Nothing overtakes: a byte that is drawn an earlier time leaves with the one before it.
      lastAtMs = Math.max(lastAtMs, delayMs > 0 ? performance.now() + delayMs : 0);
      queue.push({ chunk, atMs: lastAtMs });
      pump();
    },
    pump,
    stop() {
      clearTimeout(timer);
      queue.length = 0;
    },
  };
}
