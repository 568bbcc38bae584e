import type { Sentence } from "./delegation-words.ts";

/** A sentence in which patterns stand out; one that goes on after "and" starts small. */
export function Words({ sentence, goesOn }: { sentence: Sentence; goesOn?: boolean }) {
  return sentence.map((piece, place) => {
    if (typeof piece !== "string") {
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one sentence, told by their place
        <code key={place} className="inline-block max-w-full rounded-sm bg-sunken px-1 wrap-anywhere">
          {piece.code}
        </code>
      );
    }
    return place === 0 && goesOn ? piece.charAt(0).toLowerCase() + piece.slice(1) : piece;
  });
}
