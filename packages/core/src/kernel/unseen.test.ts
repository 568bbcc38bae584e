import { expect, test } from "vitest";
import { unseenIn, withUnseenShown } from "./unseen.ts";

test("what can't be seen is named, each once; what people write every day is not", () => {
  expect(unseenIn("rm \u202e-rf\u202c /tmp\u200b\u200b \u2066x\u2069 \u001b[8m \u{e0041}")).toEqual([
    ...["U+202E", "U+202C", "U+200B", "U+2066", "U+2069", "U+001B", "U+E0041"],
  ]);
  expect(unseenIn("plain\ttext,\r\nüber “alles” — 漢字 עברית العربية 🙂")).toEqual([]);
});

test("and is shown where it stands", () => {
  expect(withUnseenShown("a\u202eb\ufeff\n\tc")).toBe("a⟨U+202E⟩b⟨U+FEFF⟩\n\tc");
});
