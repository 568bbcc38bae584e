import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MASK } from "../kernel/mask.ts";
import { cleanText, createOutputCollector } from "./output.ts";

const ESC = "\u001b";

function collect(chunks: readonly string[], options: Parameters<typeof createOutputCollector>[0] = {}) {
  const collector = createOutputCollector(options);
  const shown = chunks.map((chunk) => collector.push(chunk)).join("") + collector.end();
  return { shown, kept: collector.text(), truncated: collector.truncated };
}

describe("output", () => {
  it.each([
    ["a\tb\nc", "a\tb\nc"],
    [`${ESC}[31mred${ESC}[0m`, "red"],
    [`${ESC}]0;title\u0007text`, "text"],
    [`${ESC}]8;;http://x${ESC}\\link`, "link"],
    [`${ESC}c${ESC}(Bx${ESC}7`, "x"],
    ["a\0b\u0008\u007f\u009bc", "abc"],
    ["one\r\ntwo\rthree", "one\ntwo\nthree"],
    ["user\u202etxt.exe\u2066", "usertxt.exe"],
    ["half \ud800 pair", "half \ufffd pair"],
  ])("cleans %j", (raw, clean) => {
    expect(cleanText(raw)).toBe(clean);
    expect(collect([raw])).toEqual({ shown: clean, kept: clean, truncated: false });
  });

  it("cleans the same however the text is cut into chunks", () => {
    const part = fc.constantFrom(
      "a",
      "\n",
      "\r\n",
      "\r",
      `${ESC}[1;31m`,
      `${ESC}]0;t\u0007`,
      "😀",
      "é",
      "\0",
    );
    const cut = fc.array(part, { maxLength: 30 }).chain((parts) => {
      const text = parts.join("");
      return fc.tuple(fc.constant(text), fc.array(fc.nat(text.length)));
    });
    fc.assert(
      fc.property(cut, ([text, places]) => {
        const bounds = [0, ...places.sort((a, b) => a - b), text.length];
        const chunks = bounds.slice(1).map((end, index) => text.slice(bounds[index], end));
        expect(collect(chunks).shown).toBe(cleanText(text));
      }),
    );
  });

  it("keeps head and tail, and says how much lies between", () => {
    const { kept, truncated } = collect(["head", "x".repeat(1000), "tail"], { limitBytes: 20 });
    expect(kept).toBe(`headxxxxxx\n… 988 bytes left out …\nxxxxxxtail`);
    expect(truncated).toBe(true);
  });

  it("keeps text of exactly the limit whole, cut into code points", () => {
    const text = "é😀".repeat(100);
    expect(collect([...text], { limitBytes: Buffer.byteLength(text) }).kept).toBe(text);
    const cut = collect([...text], { limitBytes: 101 }).kept;
    expect(cut).not.toContain("\ufffd");
    expect(cut.isWellFormed()).toBe(true);
  });

  it("stays bounded over 64 MiB", () => {
    const collector = createOutputCollector();
    const chunk = "0123456789abcde\n".repeat(4096);
    for (let count = 0; count < 1024; count++) collector.push(chunk);
    collector.end();
    expect(Buffer.byteLength(collector.text())).toBeLessThan(256 * 1024 + 100);
    expect(collector.text()).toContain(`${64 * 1024 * 1024 - 256 * 1024} bytes left out`);
  });
});

describe("secrets in output", () => {
  const secrets = ["hunter2", "p@ss word/ä", "hunter2-extended"];

  it.each([
    ["plain", "the password is hunter2!"],
    ["longer than another", "x hunter2-extended y"],
    ["URL-encoded", encodeURIComponent("p@ss word/ä")],
    ["in base64", Buffer.from("p@ss word/ä").toString("base64")],
    ["in JSON", JSON.stringify({ key: 'quo"te\nd' })],
    ["split by control characters", "hun\0ter\u001b[0m2"],
  ])("are masked %s", (_name, text) => {
    const { shown, kept } = collect([text], { secrets: [...secrets, 'quo"te\nd'] });
    expect(shown).toContain(MASK);
    expect(kept).toBe(shown);
    for (const secret of [...secrets, "extended", "te\\nd"]) expect(shown).not.toContain(secret);
  });

  it("are masked where they overlap", () => {
    expect(collect(["xabcdx"], { secrets: ["abc", "bcd"] }).shown).toBe(`x${MASK}x`);
  });

  it("are masked where one ends in what could be another's beginning, a character at a time", () => {
    expect(collect([..."xab!xabc!"], { secrets: ["xab", "abc"] }).shown).toBe(`${MASK}!${MASK}!`);
  });

  it("are masked line by line", () => {
    const key = "-----BEGIN-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF";
    expect(collect(["  kqhkiG9w0BAQEF\n"], { secrets: [key] }).shown).toBe(`  ${MASK}\n`);
  });

  it("never come out whatever the chunks, while all else does", () => {
    const part = fc.constantFrom(
      "hunter2",
      "hunter2-extended",
      "hunt",
      "er2",
      "-ext",
      "p@ss word/ä",
      "p@",
      " ",
      "\n",
    );
    const chunks = fc.array(fc.array(part, { maxLength: 4 }).map((parts) => parts.join("")));
    fc.assert(
      fc.property(chunks, fc.nat(6), (given, size) => {
        const text = given.join("");
        const cut = size === 0 ? given : (text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? []);
        const { shown } = collect(cut, { secrets });
        for (const secret of secrets) expect(shown).not.toContain(secret);
        expect(shown.replaceAll(MASK, "")).toBe(collect([text], { secrets }).shown.replaceAll(MASK, ""));
      }),
      { numRuns: 500 },
    );
  });

  it("that overlap themselves without end do not hold everything back", () => {
    const collector = createOutputCollector({ secrets: ["aaaa"] });
    let shown = 0;
    for (let count = 0; count < 1000; count++) shown += collector.push("a".repeat(10)).length;
    expect(shown).toBeGreaterThan(0);
  });
});
