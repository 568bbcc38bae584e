import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";

/** One effect of a task, as it took place. */
export type Effect = {
  idempotency_key: string;
  /** The highest of the attempt's tokens; null where it held no lock. */
  fencing_token: number | null;
  fencing_tokens: Readonly<Record<string, number>>;
  /** ISO 8601. */
  at: string;
};

export type EffectSink = {
  record(kind: "applied" | "rolled_back", effect: Effect): Promise<void>;
  /** Every effect in the order of writing; a line that a killed process left torn is none. */
  read(kind: "applied" | "rolled_back"): Promise<Effect[]>;
};

/**
 * Records effects as JSON Lines in `folder` (`applied.jsonl`, `rolled_back.jsonl`), each in one appended and synced
 * write. It refuses nothing on purpose: a second effect of one key shall be seen.
 */
export function createEffectSink(folder: string): EffectSink {
  const fileOf = (kind: string) => join(folder, `${kind}.jsonl`);
  return {
    async record(kind, effect) {
      await mkdir(folder, { recursive: true });
      await using handle = await open(fileOf(kind), "a+", 0o600);
      const { size } = await handle.stat();
      const end = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      const isTorn = size > 0 && end.buffer.toString() !== "\n";
      await handle.appendFile(`${isTorn ? "\n" : ""}${JSON.stringify(effect)}\n`);
      await handle.sync();
    },
    async read(kind) {
      const text = await readFile(fileOf(kind), "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "";
        throw error;
      });
      return text
        .split("\n")
        .slice(0, -1)
        .flatMap((line) => {
          try {
            return [JSON.parse(line) as Effect];
          } catch {
            return [];
          }
        });
    },
  };
}
