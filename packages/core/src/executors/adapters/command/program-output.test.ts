import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileLineGlob } from "./line-glob.ts";
import { createProgramOutput } from "./program-output.ts";

const FOLDER = "/tmp/ade-attempt-a1B2c3";
const VOLATILE = ["*Refreshing state*", "took ?? s", "{stash}*"];

function printed(chunks: readonly string[], over: { volatile?: string[]; secrets?: string[] } = {}) {
  const output = createProgramOutput({ folder: FOLDER, secrets: [], volatile: VOLATILE, ...over });
  const shown = chunks.map((chunk) => output.push(chunk)).join("") + output.end();
  return { shown, text: output.text(), sha256: output.sha256() };
}

describe("what a program prints", () => {
  it("is the same however it is cut", () => {
    const text = `a\n${FOLDER}/plan Refreshing state\n${FOLDER} is left\nb ${FOLDER}\u001b[1mx${"y".repeat(70_000)}\ntook 12 s`;
    const whole = printed([text]);
    expect(whole.text.startsWith("a\n{stash}/plan Refreshing state\n{stash} is left\nb {stash}x")).toBe(true);
    const cuts = fc.array(fc.nat(text.length), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, (places) => {
        const at = [0, ...places.sort((a, b) => a - b), text.length];
        const chunks = at.slice(1).map((end, i) => text.slice(at[i], end));
        expect(printed(chunks)).toEqual({ ...whole, shown: whole.shown });
      }),
    );
  });

  it("is compared without its volatile lines, wherever they stand", () => {
    const usual = printed(["a\nb\n"]).sha256;
    expect(printed(["a\nx: Refreshing state... 3\nb\ntook 12 s\n"]).sha256).toBe(usual);
    expect(printed(["a\nb"]).sha256).toBe(usual);
    for (const other of ["a\nb\nc\n", "b\na\n", "a\n\nb\n", "ab\n", "a\nb\ntook 123 s\n"])
      expect(printed([other]).sha256).not.toBe(usual);
  });

  it("compares what lies between head and tail, too", () => {
    const lines = (middle: string) => [`${"x\n".repeat(300_000)}${middle}\n${"x\n".repeat(300_000)}`];
    const [a, b] = [printed(lines("one")), printed(lines("two"))];
    expect(a.text).toBe(b.text);
    expect(a.sha256).not.toBe(b.sha256);
  });

  it("masks secrets before it is compared, so that a new value is no other plan", () => {
    const [a, b] = ["canary-1", "canary-22"].map((secret) =>
      printed([`key ${secret}\n`], { secrets: [secret] }),
    );
    expect(a!.text).toBe("key ••••••\n");
    expect(a!.sha256).toBe(b!.sha256);
  });
});

describe("globs over lines", () => {
  it("agree with their meaning as an expression", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "."), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (pattern, line) => {
        const source = [...pattern]
          .map((one) => (one === "*" ? ".*" : one === "?" ? "." : one === "." ? "\\." : one))
          .join("");
        expect(compileLineGlob(pattern)(line)).toBe(new RegExp(`^${source}$`).test(line));
      }),
      { numRuns: 3_000 },
    );
  });

  it("take no longer for many stars", () => {
    const begun = performance.now();
    expect(compileLineGlob("*a".repeat(140))(`${"a".repeat(60_000)}b`)).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
