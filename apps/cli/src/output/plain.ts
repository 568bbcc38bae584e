/**
 * Control characters (an escape sequence could repaint the terminal and show a reviewer something else than what is
 * there) and those that turn the direction of writing around. Line ends and tabs are the caller's to keep.
 */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text from elsewhere as one line that a terminal shows as it is. Pure. */
export function plainLine(text: string): string {
  return text.replace(/\r?\n|\t/g, " ").replace(UNSAFE, escaped);
}

/** Text from elsewhere over several lines. Pure. */
export function plainText(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .replace(UNSAFE, (found) => (found === "\n" || found === "\t" ? found : escaped(found)));
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
