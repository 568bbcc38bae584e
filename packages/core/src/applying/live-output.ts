import {
  type ApplyContext,
  cleanText,
  createKeptText,
  createOutputCollector,
  OUTPUT_LIMIT_BYTES,
  type Progress,
  type Segment,
} from "../executors/service.ts";
import type { ApplyingDeps } from "./deps.ts";
import { storeOutput } from "./output-store.ts";

/** What an attempt printed is stored and told of at most this often; what a short one printed, with its end. */
const INTERVAL_MS = 250;
/** A larger burst is only announced: whoever watches reads it from where it is stored. */
const EVENT_LIMIT_BYTES = 32 * 1024;

export type LiveOutput = {
  /** Runs one step of the executor. What it returns is what it printed, where it streamed nothing. */
  of(step: (to: Pick<ApplyContext, "report" | "output">) => Promise<{ output: string }>): Promise<void>;
  report(progress: Progress): void;
  push(text: string): void;
  /** All that is kept, as one text. Nothing follows. */
  text(): string;
  /** What is not stored yet: for whoever stores the attempt's end. */
  rest(): Segment[];
  /** The rest is stored now: those who watch are told. */
  close(): void;
};

/**
 * Takes an attempt's output and progress while it runs: cleaned, masked, bounded, stored piece by piece and then told
 * to those who watch. What a worker had printed when it died is there, less the last quarter of a second. PostgreSQL
 * may be away for a while: nothing waits for it.
 */
export function keepOutput(
  deps: Pick<ApplyingDeps, "pool" | "ledger" | "log">,
  attempt: { id: string; task_id: string },
): LiveOutput {
  const collector = createOutputCollector();
  /** What is on its way into the table. */
  let sending: Segment[] = [];
  let pending = createKeptText(OUTPUT_LIMIT_BYTES);
  let progress: Progress | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isOpen = true;
  const room = createRoom(OUTPUT_LIMIT_BYTES);

  function later(): void {
    if (isOpen) timer ??= setTimeout(() => void send(), INTERVAL_MS);
  }

  async function send(): Promise<void> {
    const said = progress;
    if (sending.length === 0) {
      sending = pending.segments();
      pending = createKeptText(OUTPUT_LIMIT_BYTES, pending.end);
    }
    try {
      const drop = room.take(sending);
      await storeOutput(deps.pool, attempt.id, { segments: sending, progress: said, drop });
      if (isOpen) tell(sending);
      sending = [];
    } catch (error) {
      deps.log.debug({ err: error, task_id: attempt.task_id }, "output was not stored; it is tried again");
    }
    timer = null;
    if (sending.length > 0 || pending.segments().length > 0 || progress !== said) later();
  }

  function tell(segments: readonly Segment[]): void {
    const base = { task_id: attempt.task_id, attempt_id: attempt.id, ...progress };
    const emit = (payload: Record<string, unknown>): void =>
      deps.ledger.events.emitLive({
        event: "task:progress",
        channels: [`task:${attempt.task_id}`],
        payload: { ...base, ...payload },
      });
    const last = segments.at(-1);
    const next = last ? last.position + Buffer.byteLength(last.text) : undefined;
    const bytes = segments.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    if (bytes === 0 || bytes > EVENT_LIMIT_BYTES) {
      emit(next === undefined ? {} : { next });
      return;
    }
    for (const { position, text } of segments) {
      emit({ position, output: text, next: position + Buffer.byteLength(text) });
    }
  }

  function push(text: string): void {
    pending.push(collector.push(text));
    later();
  }

  function report({ percent, message }: Progress): void {
    progress = { message: cleanText(message), ...(percent === undefined ? {} : { percent }) };
    later();
  }

  return {
    async of(step) {
      let streamed = false;
      const { output } = await step({
        report,
        output(chunk) {
          streamed = true;
          push(chunk);
        },
      });
      if (!streamed) push(output);
    },
    report,
    push,
    text() {
      pending.push(collector.end());
      return collector.text();
    },
    rest: () => [...sending, ...pending.segments()],
    close() {
      isOpen = false;
      const rest = [...sending, ...pending.segments()];
      if (timer || rest.length > 0) tell(rest);
      if (timer) clearTimeout(timer);
    },
  };
}

/** Which stored pieces go so that first and last half of the limit stay. */
function createRoom(limitBytes: number) {
  const half = limitBytes / 2;
  const tail: { position: number; bytes: number }[] = [];
  let tailBytes = 0;
  return {
    /** Counts what comes; answers the positions of what has to go for it. */
    take(segments: readonly Segment[]): number[] {
      const known = tail.at(-1)?.position ?? -1;
      for (const { position, text } of segments) {
        if (position < half || position <= known) continue;
        const bytes = Buffer.byteLength(text);
        tail.push({ position, bytes });
        tailBytes += bytes;
      }
      const drop: number[] = [];
      while (tail.length > 1 && tailBytes > half) {
        const first = tail.shift()!;
        tailBytes -= first.bytes;
        drop.push(first.position);
      }
      return drop;
    },
  };
}
