import { basename } from "node:path";
import { placeholdersIn } from "./placeholders.ts";

/** Programs that take a script as an argument, by the option before it. */
const INTERPRETERS: Readonly<Record<string, RegExp>> = {
  sh: /^-[a-z]*c$/,
  bash: /^-[a-z]*c$/,
  dash: /^-[a-z]*c$/,
  ksh: /^-[a-z]*c$/,
  zsh: /^-[a-z]*c$/,
  fish: /^(-c|--command)$/,
  node: /^(-e|-p|-pe|--eval|--print)$/,
  python: /^-c$/,
  python3: /^-c$/,
  perl: /^-[A-Za-z]*[eE]$/,
  ruby: /^-e$/,
  env: /^(-S|--split-string)$/,
};

/**
 * Places in a vector where a value would become part of a script instead of an argument to it: the one way to get a
 * shell's meaning into what has none.
 */
export function scriptPlaces(vector: readonly string[]): number[] {
  return vector.flatMap((element, place) => {
    const before = vector[place - 1];
    const option = vector
      .slice(0, place)
      .map((each) => INTERPRETERS[basename(each)])
      .find((pattern) => pattern !== undefined && before !== undefined && pattern.test(before));
    return option && placeholdersIn(element).length > 0 ? [place] : [];
  });
}
