import type { TaskOutput } from "@ade/core/tasks/schema";

/** What is known of an attempt's output, up to the stream's position `next`. */
export type Stream = { text: string; next: number; progress: TaskOutput["progress"]; ended: boolean };

export const EMPTY_STREAM: Stream = { text: "", next: 0, progress: null, ended: false };

/** A stored part that was asked for from `stream.next` on. */
export function takeStored(stream: Stream, stored: TaskOutput): Stream {
  const { text, next, progress, ended } = stored;
  return { text: stream.text + text, next, progress: progress ?? stream.progress, ended };
}

/** What a live event of this attempt says; `behind` where something before it is missing and has to be read. */
export function takeEvent(
  stream: Stream,
  payload: Record<string, unknown>,
): { stream: Stream; behind: boolean } {
  const { position, output, next, message, percent } = payload;
  const progress =
    typeof message === "string"
      ? { message, ...(typeof percent === "number" ? { percent } : {}) }
      : stream.progress;
  const seen = { ...stream, progress };
  if (typeof next !== "number" || next <= stream.next) return { stream: seen, behind: false };
  if (position !== stream.next || typeof output !== "string") return { stream: seen, behind: true };
  return { stream: { ...seen, text: stream.text + output, next }, behind: false };
}

/** Places of a search in a text, case left aside, at most `limit`. */
export function findAll(text: string, search: string, limit: number): number[] {
  if (search === "") return [];
  const [hay, needle] = [text.toLowerCase(), search.toLowerCase()];
  // A letter whose small form is longer (İ) would shift every place behind it.
  const [within, wanted] = hay.length === text.length ? [hay, needle] : [text, search];
  const places: number[] = [];
  for (
    let at = within.indexOf(wanted);
    at !== -1 && places.length < limit;
    at = within.indexOf(wanted, at + wanted.length)
  )
    places.push(at);
  return places;
}
