const WORDS: readonly (readonly [RegExp, (limit: string) => string])[] = [
  [/^Too small: expected (?:string|array) to have >=1 /, () => "This is needed"],
  [/^Too small: expected string to have >=(\d+) /, (limit) => `At least ${limit} characters`],
  [/^Too small: expected array to have >=(\d+) /, (limit) => `At least ${limit} of them`],
  [/^Too small: expected number to be >=(-?\d+)/, (limit) => `At least ${limit}`],
  [/^Too big: expected string to have <=(\d+) /, (limit) => `At most ${limit} characters`],
  [/^Too big: expected array to have <=(\d+) /, (limit) => `At most ${limit} of them`],
  [/^Too big: expected number to be <=(-?\d+)/, (limit) => `At most ${limit}`],
  [/^Invalid input: expected int/, () => "A whole number"],
  [/^Invalid input: expected number/, () => "A number"],
  [/^Invalid URL/, () => "An address that starts with https:// or http://"],
  // The words of the JSON Schema of an executor's parameters.
  [/^must be >= (-?[\d.]+)$/, (limit) => `At least ${limit}`],
  [/^must be <= (-?[\d.]+)$/, (limit) => `At most ${limit}`],
  [/^must match pattern "(.+)"$/, (pattern) => `It has to look like ${pattern}`],
  [/^Invalid email address/, () => "An address like name@example.com"],
];

/** A schema's complaint about a field in the words of the form; others, which are sentences already, as they are. */
export function issueWords(issue: string): string {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(issue);
    if (found) return words(found[1] ?? "");
  }
  return issue.charAt(0).toUpperCase() + issue.slice(1);
}
