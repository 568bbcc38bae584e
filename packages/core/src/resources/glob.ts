import { fold } from "./name.ts";

/** Answers whether a canonical key (or a plain name) fits. */
export type Glob = (text: string) => boolean;

/**
 * A pattern over canonical keys `type:namespace/id`: `*` is any run of characters (slashes too), `?` is one, nothing
 * else is special. A pattern without `:` and `/` looks at the id alone. One that names a type and no namespace
 * (`database:main`) means the whole key or the namespace `default`, as the short spelling of a name does. Case and
 * Unicode composition don't matter, as they don't in names.
 */
export function compileGlob(pattern: string): Glob {
  const folded = fold(pattern);
  if (!/[:/]/.test(folded)) {
    const matches = compile(folded);
    return (key) => matches(key.slice(key.indexOf("/") + 1));
  }
  const whole = compile(folded);
  if (folded.includes("/")) return whole;
  const inDefault = compile(folded.replace(":", ":default/"));
  return (key) => whole(key) || inDefault(key);
}

/** A pattern over plain names such as task types; `*` and `?` as in compileGlob. */
export function compileNameGlob(pattern: string): Glob {
  const matches = compile(fold(pattern));
  return (name) => matches(fold(name));
}

/** The first of the patterns that fits the key, or undefined. */
export function firstMatch(patterns: readonly string[], key: string): string | undefined {
  return patterns.find((pattern) => compileGlob(pattern)(key));
}

/**
 * Greedy matching with one point of return, the last star: an earlier star never has to give back, since a later one
 * can take whatever it would have. So at most pattern x text steps, whatever the pattern, where a regular expression
 * can take exponentially many; with patterns of at most 300 characters that is linear in the text.
 */
function compile(pattern: string): Glob {
  const wanted = [...pattern.replace(/\*+/g, "*")];
  return (text) => {
    const given = [...text];
    let at = 0;
    let next = 0;
    let star = -1;
    let starTook = 0;
    while (at < given.length) {
      if (wanted[next] === "*") {
        star = next++;
        starTook = at;
      } else if (next < wanted.length && (wanted[next] === "?" || wanted[next] === given[at])) {
        next++;
        at++;
      } else if (star >= 0) {
        next = star + 1;
        at = ++starTook;
      } else {
        return false;
      }
    }
    if (wanted[next] === "*") next++;
    return next === wanted.length;
  };
}
