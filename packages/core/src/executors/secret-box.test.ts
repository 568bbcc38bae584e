import { describe, expect, it } from "vitest";
import { createSecretBox } from "./secret-box.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const box = createSecretBox(SECRET, "stash");

describe("secret box", () => {
  it("gives back what it sealed", () => {
    const value = { content: "pässword\n", list: [1, null, true], text: "x".repeat(100_000) };
    expect(box.open(box.seal(value, "attempt-1"), "attempt-1")).toEqual(value);
  });

  it("shows nothing of it, and never seals alike", () => {
    const [a, b] = [box.seal("canary-canary", "1"), box.seal("canary-canary", "1")];
    expect(Buffer.from(a).includes("canary")).toBe(false);
    expect(Buffer.from(a).equals(Buffer.from(b))).toBe(false);
  });

  it.each([
    ["another secret", () => createSecretBox(`${SECRET}!`, "stash").open(box.seal(1, "1"), "1")],
    ["another purpose", () => createSecretBox(SECRET, "plan").open(box.seal(1, "1"), "1")],
    ["another row", () => box.open(box.seal(1, "1"), "2")],
    ["nothing", () => box.open(new Uint8Array(), "1")],
    ["a cut-off end", () => box.open(box.seal("longer", "1").subarray(0, -1), "1")],
    ["a cut-off tag", () => box.open(box.seal("longer", "1").subarray(0, 20), "1")],
  ])("refuses %s with a sentence that names ADE_SECRET", (_name, open) => {
    expect(open).toThrow(/ADE_SECRET/);
    expect(open).toThrow(expect.objectContaining({ code: "SEALED_DATA_UNREADABLE" }));
  });

  it("refuses each single changed byte", () => {
    const sealed = box.seal("value", "1");
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at]! ^= 1;
      expect(() => box.open(changed, "1")).toThrow();
    }
  });
});
