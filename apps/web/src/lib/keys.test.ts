import { describe, expect, it } from "vitest";
import { chordOf, isSingle, KEYS, type KeySpec, keysOf } from "./keys.ts";

const press = (key: string, held: Partial<KeyboardEvent> = {}) => chordOf({ key, ...held } as KeyboardEvent);
const specs: readonly KeySpec[] = Object.values(KEYS);

describe("keys", () => {
  it("spells a chord as the registry does", () => {
    expect(press("j")).toBe("j");
    expect(press("J", { shiftKey: true })).toBe("shift+j");
    expect(press("?", { shiftKey: true })).toBe("?");
    expect(press("k", { metaKey: true })).toBe("mod+k");
    expect(press("K", { ctrlKey: true })).toBe("mod+k");
    expect(press("Escape")).toBe("escape");
  });

  it("gives no key two meanings within one group", () => {
    for (const group of new Set(specs.map((spec) => spec.group))) {
      const keys = specs.filter((spec) => spec.group === group).flatMap((spec) => spec.keys);
      expect(keys).toEqual([...new Set(keys)]);
    }
  });

  it("has no key that begins a sequence and also acts alone where the sequence works", () => {
    const everywhere = specs
      .filter(({ group }) => group === "Anywhere" || group === "Go to")
      .flatMap(({ keys }) => keys);
    const starts = new Set(
      specs.flatMap(({ keys }) => keys.filter((key) => key.includes(" ")).map((key) => key.split(" ")[0])),
    );
    expect(everywhere.filter((key) => starts.has(key))).toEqual([]);
  });

  it("takes every single character for one that can be switched off, and nothing else (WCAG 2.1.4)", () => {
    for (const keys of ["j", "shift+j", "?", "/", "]", "+", "-", "0", "g i"])
      expect(isSingle(keys)).toBe(true);
    for (const keys of ["mod+k", "enter", "escape", "arrowdown", "alt+j", "mod+enter"])
      expect(isSingle(keys)).toBe(false);
    const without = specs.filter(({ keys }) => keys.every((each) => isSingle(each)));
    expect(without.map(({ label }) => label)).toContain("All keys");
  });

  it("lets a key of one's own take the place of the command's", () => {
    const own = { keys: { approve: "y" }, single_keys: true };
    expect(keysOf("approve", own)).toEqual(["y"]);
    expect(keysOf("reject", own)).toEqual(KEYS.reject.keys);
  });
});
