import type { AgentStatus } from "../schema.ts";
import { HEALTH_BUCKET_MINUTES, type HealthSample } from "./schema.ts";

const BUCKET_MS = HEALTH_BUCKET_MINUTES * 60_000;

/** A bucket that saw several is called by the last of these. Silence is what people look for. */
export const HEALTH_ORDER: readonly AgentStatus[] = [
  "unknown",
  "idle",
  "active",
  "draining",
  "paused",
  "stale",
];

const worse = (a: AgentStatus, b: AgentStatus): AgentStatus =>
  HEALTH_ORDER.indexOf(b) > HEALTH_ORDER.indexOf(a) ? b : a;

/** A row as it was written: one bucket in which something was heard or done. */
export type HealthRow = { from: Date; status: AgentStatus; active_tasks_max: number };

/** The beginning of the bucket in which a moment lies. */
export function bucketOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / BUCKET_MS) * BUCKET_MS);
}

/**
 * The buckets from one moment to another, without gaps, oldest first. Nothing is written while an agent is silent, so
 * a gap says: nothing was heard. That is `unknown` before it was ever heard, what people set (paused, draining) while
 * that lasts, and else `stale`. `rows` are in order and begin with the last one before `from`, where there is one. The
 * bucket that is going on takes the status of the moment, `now`, where nothing is written of it yet.
 */
export function fillSamples(
  rows: readonly HealthRow[],
  span: { from: Date; to: Date },
  now: AgentStatus,
): HealthSample[] {
  const samples: HealthSample[] = [];
  let next = 0;
  let silence: AgentStatus = "unknown";
  const first = bucketOf(span.from).getTime();
  const last = bucketOf(span.to).getTime();
  for (let at = first; at <= last; at += BUCKET_MS) {
    let own: HealthRow | null = null;
    for (let row = rows[next]; row && row.from.getTime() <= at; row = rows[++next]) {
      silence = row.status === "paused" || row.status === "draining" ? row.status : "stale";
      if (row.from.getTime() === at) own = row;
    }
    const status = own?.status ?? (at === last ? now : silence);
    samples.push({ from: new Date(at).toISOString(), status, active_tasks_max: own?.active_tasks_max ?? 0 });
  }
  return samples;
}

/** Several buckets as one, `size` at a time, the newest whole: the worst of each. */
export function condense(samples: readonly HealthSample[], size: number, count: number): AgentStatus[] {
  const newest = samples.slice(-size * count);
  return Array.from({ length: Math.ceil(newest.length / size) }, (_, index) =>
    newest
      .slice(index * size, (index + 1) * size)
      .reduce<AgentStatus>((worst, { status }) => worse(worst, status), "unknown"),
  );
}
