import { describe, expect, it } from "vitest";
import { clashOf } from "./key-clash.ts";

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
