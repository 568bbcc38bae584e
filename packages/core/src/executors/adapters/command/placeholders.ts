/** `{name}`; doubled braces (`{{name}}`, as templates of other programs have them) are text. */
const PLACEHOLDER = /(?<!\{)\{([A-Za-z_][A-Za-z0-9_]*)\}(?!\})/g;

/** The attempt's private folder: filled by plan, read by apply. */
export const STASH = "stash";

export type Values = Readonly<Record<string, string>>;

/** Names of the placeholders in a text, in order. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1]!);
}

/** The text with its placeholders filled, once: what a value holds is never looked at again. */
export function fill(text: string, values: Values): string {
  return text.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name]! : whole,
  );
}

/** One element for each element of the template, whatever the values hold. */
export function fillVector(vector: readonly string[], values: Values): string[] {
  return vector.map((element) => fill(element, values));
}

/**
 * Names of arguments whose value would begin an element with `-` where the template does not: the program would take
 * it for an option. After a bare `--` there are no options.
 */
export function mistakenForOptions(vector: readonly string[], values: Values): string[] {
  const end = vector.indexOf("--");
  const elements = end === -1 ? vector : vector.slice(0, end);
  return elements
    .filter((element) => !element.startsWith("-") && fill(element, values).startsWith("-"))
    .flatMap((element) => placeholdersIn(element).find((name) => values[name] !== "") ?? []);
}
