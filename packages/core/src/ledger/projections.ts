import type { EventDraft, LedgerEvent } from "./schema.ts";

/** A sealed entry as projections and wake-ups see it. */
export type SealedEntry = {
  readonly seq: number;
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly task_id: string | null;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly actor_name: string;
  readonly from_state: string | null;
  readonly to_state: string | null;
  readonly reason: string | null;
  readonly detail: Record<string, unknown>;
};

/** An event is a pure function of a fact, with only what its channels may read. Keyed by action. */
export type Projection = (entry: SealedEntry) => readonly EventDraft[];
export type Projections = ReadonlyMap<string, Projection>;

/** Events one entry may give: ids stay whole numbers that grow with the chain (seq * 10 + place). */
const EVENTS_AN_ENTRY = 10;

/** The durable events of one sealed entry, in order. */
export function projectEvents(projections: Projections, entry: SealedEntry): LedgerEvent[] {
  const drafts = projections.get(entry.action)?.(entry) ?? [];
  return drafts.slice(0, EVENTS_AN_ENTRY).map((draft, place) => ({
    id: String(entry.seq * EVENTS_AN_ENTRY + place),
    timestamp: entry.at,
    ...draft,
  }));
}

/** The entry that an event id belongs to, or null for an id that no event can have. */
export function entryOfEventId(id: string): number | null {
  return /^\d{1,16}$/.test(id) ? Math.floor(Number(id) / EVENTS_AN_ENTRY) : null;
}

/** The greatest id that an event of this entry, or of one before it, can have. */
export function newestEventId(seq: number): string {
  return String(seq * EVENTS_AN_ENTRY + EVENTS_AN_ENTRY - 1);
}
