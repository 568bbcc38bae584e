import { describe, expect, it } from "vitest";
import { clashOf, keyRefusal } from "./key-clash.ts";
import { KEYS, keysOf } from "./keys.ts";

const asMade = { keys: {}, single_keys: true };

describe("a key of one's own", () => {
  it("clashes with a command that can be meant at the same time", () => {
    expect(clashOf("approve", "r", asMade)).toBe("reject");
    expect(clashOf("approve", "z", asMade)).toBe("undo");
    expect(clashOf("undo", "a", asMade)).toBe("approve");
  });

  it("clashes with a sequence that begins with it", () => {
    expect(clashOf("approve", "g", asMade)).toBe("go_inbox");
    expect(clashOf("go_inbox", "a i", asMade)).toBe("approve");
  });

  it("may be what another page uses, or what was given up", () => {
    expect(clashOf("approve", "0", asMade)).toBeNull();
    expect(clashOf("approve", "y", asMade)).toBeNull();
    expect(clashOf("approve", "r", { keys: { reject: "x y" }, single_keys: true })).toBe(null);
  });
});

describe("the key that sends a form", () => {
  it("is one that a form does not take as text", () => {
    for (const keys of ["y", "alt+y", "f2", "mod+y x"]) {
      expect(keyRefusal("submit", keys, asMade)).toMatch(/Ctrl or ⌘/);
    }
    expect(keyRefusal("submit", "mod+s", asMade)).toBeNull();
    expect(keyRefusal("submit", "mod+k", asMade)).toBe("That key is taken by “Command palette”.");
    expect(keyRefusal("approve", "y", asMade)).toBeNull();
  });

  it("is as it was made where another was once chosen", () => {
    const choice = { keys: { submit: "y" }, single_keys: true };
    expect(keysOf("submit", choice)).toEqual(KEYS.submit.keys);
    expect(keysOf("submit", { ...choice, keys: { submit: "mod+s" } })).toEqual(["mod+s"]);
  });
});
