/**
 * What shows as nothing, or turns the direction of what follows: whoever reads would approve something else. Tabs and
 * line feeds are seen; tags (U+E0000 ff.) spell whole sentences that nobody sees.
 */
const UNSEEN =
  /(?![\n\r\t])\p{Cc}|[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

const nameOf = (character: string) =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;

/** Names of the characters in a text that can't be seen (`U+202E`), each once, in their order. Pure. */
export function unseenIn(text: string): string[] {
  return [...new Set(text.match(UNSEEN))].map(nameOf);
}

/** The text with each of them to be seen: `⟨U+202E⟩`. Pure. */
export function withUnseenShown(text: string): string {
  return text.replaceAll(UNSEEN, (character) => `⟨${nameOf(character)}⟩`);
}
