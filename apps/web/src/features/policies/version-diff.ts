import type { Rules } from "./policy-draft.ts";
import { demandWords, matchWords, type Sentence } from "./policy-words.ts";

export type DiffLine = { how: "added" | "removed" | "kept"; sentence: Sentence };

/** A version as the sentences that people read, with those of the one before that it no longer says. */
export function versionDiff(
  version: Rules,
  before: Rules | undefined,
  nameOf: (id: string) => string,
): DiffLine[] {
  const [now, then] = [wordsOf(version, nameOf), before ? wordsOf(before, nameOf) : []];
  const has = (all: readonly Sentence[], one: Sentence) => all.some((each) => textOf(each) === textOf(one));
  return [
    ...then.filter((one) => !has(now, one)).map((sentence) => ({ how: "removed" as const, sentence })),
    ...now.map((sentence) => ({
      how: before && !has(then, sentence) ? ("added" as const) : ("kept" as const),
      sentence,
    })),
  ];
}

export function textOf(sentence: Sentence): string {
  return sentence.map((piece) => (typeof piece === "string" ? piece : piece.code)).join("");
}

function wordsOf(rules: Rules, nameOf: (id: string) => string): Sentence[] {
  return [
    [`Called “${rules.name}”`],
    [rules.active === false ? "Switched off" : "Active"],
    ...matchWords(rules),
    ...demandWords(rules, nameOf),
  ];
}
