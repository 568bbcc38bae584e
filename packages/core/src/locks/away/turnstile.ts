import type { WaitingRoom } from "./waiting-room.ts";

export type Turnstile = {
  /** True while an acquire may go to Redis at once. */
  isOpen(): boolean;
  /**
   * Looks, and resolves when it is open. Only one looks at a time.
   *
   * @throws DEPENDENCY_UNAVAILABLE 503 while Redis is away, or not everybody has been handed on
   */
  pass(): Promise<void>;
  /** To be called where Redis may have been away: somebody may wait in PostgreSQL. */
  shut(): void;
};

/** For those that are handed on themselves. */
export const OPEN_TURNSTILE: Turnstile = { isOpen: () => true, pass: async () => {}, shut: () => {} };

/**
 * Stands before every acquire: after Redis was away, and once when a process begins, those that queued in PostgreSQL
 * meanwhile are handed on first, so that nobody new is granted before them.
 */
export function createTurnstile(deps: {
  room: Pick<WaitingRoom, "count">;
  /** Rejects at once while Redis is away. */
  probe(): Promise<void>;
  drain(): Promise<void>;
  /** Called when the way is free again. */
  onOpen(): void;
}): Turnstile {
  let isOpen = false;
  let shuts = 0;
  let passing: Promise<void> | null = null;

  async function look(): Promise<void> {
    const seen = shuts;
    await deps.probe();
    if ((await deps.room.count()) > 0) await deps.drain();
    isOpen = seen === shuts;
    deps.onOpen();
  }

  return {
    isOpen: () => isOpen,
    async pass() {
      // Shut meanwhile: somebody may queue in the room since it was seen empty, and goes before who passes.
      do {
        passing ??= look().finally(() => {
          passing = null;
        });
        await passing;
      } while (!isOpen);
    },
    shut() {
      isOpen = false;
      shuts += 1;
    },
  };
}
