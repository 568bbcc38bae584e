import type { CommandDefinition } from "./schema.ts";

/** The commands that this process knows of, by name. */
export type CommandBook = {
  /** As it was read last. */
  find(name: string): CommandDefinition | null;
  list(): readonly CommandDefinition[];
  /** Reads both sources anew: after that what was committed before the call is known. */
  refresh(): Promise<void>;
};

/**
 * Commands of the file and of the admin page in one book. Reading is cheap (a stat and one small query), so nothing is
 * cached beyond the next `refresh`. A name in the file wins: it can't be taken over from the page.
 */
export function createCommandBook(sources: {
  file?: { read(): readonly CommandDefinition[] } | undefined;
  stored?: (() => Promise<readonly CommandDefinition[]>) | undefined;
}): CommandBook {
  let known = new Map<string, CommandDefinition>();
  let asked = 0;
  let answered = 0;

  function keep(stored: readonly CommandDefinition[]): void {
    const all = [...stored, ...(sources.file?.read() ?? [])];
    // The same object as long as it says the same: validators are kept by it.
    known = new Map(
      all.map((definition) => {
        const before = known.get(definition.name);
        return [definition.name, before && isSame(before, definition) ? before : definition];
      }),
    );
  }
  keep([]);

  return {
    find: (name) => known.get(name) ?? null,
    list: () => [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    async refresh() {
      const turn = ++asked;
      const stored = (await sources.stored?.()) ?? [];
      // An answer that took longer than a later one's is older.
      if (turn < answered) return;
      answered = turn;
      keep(stored);
    },
  };
}

const isSame = (a: CommandDefinition, b: CommandDefinition) => JSON.stringify(a) === JSON.stringify(b);
