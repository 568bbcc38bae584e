import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MASK } from "../kernel/mask.ts";
import { createMasker } from "./mask.ts";
import { createOutputCollector } from "./output.ts";

const lowerHex = (text: string) => text.replace(/%../g, (code) => code.toLowerCase());
const goJson = (text: string) =>
  JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
const pythonJson = (text: string) =>
  JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
const html = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&#34;")
    .replaceAll("'", "&#39;");
const wrapped = (text: string, columns: number, lineEnd: string) =>
  (text.match(new RegExp(`.{1,${columns}}`, "g")) ?? []).join(lineEnd);

/** As the tools do that commands, databases and services are made of. */
const TOOLS: Record<string, (secret: string) => string> = {
  plain: (secret) => secret,
  "Go's JSON": goJson,
  "Go's JSON in JSON": (secret) => goJson(goJson(secret)),
  "Python's JSON": pythonJson,
  "Python's JSON in JSON": (secret) => pythonJson(pythonJson(secret)),
  "JSON with capital escapes": (secret) =>
    pythonJson(secret).replace(/\\u..../g, (u) => `\\u${u.slice(2).toUpperCase()}`),
  "a literal of SQL": (secret) => `'${secret.replaceAll("'", "''")}'`,
  "a field of CSV": (secret) => `"${secret.replaceAll('"', '""')}"`,
  HTML: html,
  "HTML in Go's JSON": (secret) => goJson(html(secret)),
  "a word of a shell": (secret) => `'${secret.replaceAll("'", "'\\''")}'`,
  "all percent-encoded": (secret) =>
    [...Buffer.from(secret)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  "percent-encoded where it must be": (secret) => encodeURI(secret),
  "percent-encoded, small letters": (secret) => lowerHex(encodeURIComponent(secret)),
  "percent-encoded twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "a form": (secret) => new URLSearchParams([["", secret]]).toString().slice(1),
  "capital hex": (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
};
/** Where a secret lies inside what is encoded, its edges hold bits of its neighbours. */
const WRAPPED: Record<string, (bytes: Buffer) => string> = {
  "76 columns": (bytes) => wrapped(bytes.toString("base64"), 76, "\n"),
  "64 columns with CR": (bytes) => wrapped(bytes.toString("base64"), 64, "\r\n"),
  "76 columns, indented": (bytes) => wrapped(bytes.toString("base64"), 76, "\n    "),
  "76 columns, folded": (bytes) => wrapped(bytes.toString("base64url"), 76, " "),
  "76 columns in JSON": (bytes) => JSON.stringify(wrapped(bytes.toString("base64"), 76, "\n")),
  "hex of 60 columns": (bytes) => wrapped(bytes.toString("hex"), 60, "\n"),
};

const sign = fc.constantFrom(..."abcXYZ019 &<>\"'\\/+%=-_.:;?#@!$\n", "ä", "é", "€", "😀");
const secret = fc.array(sign, { minLength: 6, maxLength: 24 }).map((signs) => `s${signs.join("")}e`);

function collected(text: string, sizes: readonly number[], secrets: readonly string[]): string {
  const collector = createOutputCollector({ secrets });
  let shown = "";
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes.length > 0 ? sizes[turn % sizes.length]! : text.length;
    shown += collector.push(text.slice(at, at + size));
    at += size;
  }
  return shown + collector.end();
}
const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 5 });

describe("a secret is masked whole, however it is cut, as", () => {
  it.each(Object.entries(TOOLS))("%s", (_name, spell) => {
    fc.assert(
      fc.property(secret, cuts, (value, sizes) => {
        const spelled = spell(value);
        const shown = collected(`before ${spelled} after`, sizes, [value]);
        expect(shown).toContain(MASK);
        expect(shown).toMatch(/^before .* after$/);
        // Nothing but quotes around it is left.
        expect(
          shown
            .slice(7, -6)
            .replaceAll(MASK, "")
            .replace(/\\*["']/g, ""),
        ).toBe("");
      }),
      { numRuns: 60 },
    );
  });

  it.each(Object.entries(WRAPPED))("a part of encoded text, %s", (_name, spell) => {
    const bytes = fc.string({ maxLength: 150 }).map((text) => Buffer.from(text));
    fc.assert(
      fc.property(secret, bytes, bytes, cuts, (value, before, after, sizes) => {
        const text = spell(Buffer.concat([before, Buffer.from(value), after]));
        const shown = collected(`${text}\n`, sizes, [value]);
        expect(shown).toContain(MASK);
        expect(shown).toBe(collected(`${text}\n`, [], [value]));
        const bare = (each: string) => each.replaceAll(MASK, "").replace(/\\[nr]|[^\w+/=-]/g, "");
        // All but its characters is left, and those at its edges that it shares with its neighbours.
        const isHex = /^[\da-f\s]*$/.test(text);
        const hidden = (Buffer.byteLength(value) * 8) / (isHex ? 4 : 6);
        expect(bare(text).length - bare(shown).length).toBeGreaterThan(hidden - 2);
        expect(bare(text).length - bare(shown).length).toBeLessThan(hidden + 5);
      }),
      { numRuns: 60 },
    );
  });

  it("a mixture of ways", () => {
    const mixed = secret.chain((value) =>
      fc
        .array(fc.constantFrom(...["plain", "HTML", "all percent-encoded", "a literal of SQL", "a form"]), {
          minLength: value.length,
          maxLength: value.length,
        })
        .map((ways) => {
          const chars = [...value].map((char, at) => {
            const spelled = TOOLS[ways[at]!]!(char);
            return ways[at] === "a literal of SQL" ? spelled.slice(1, -1) : spelled;
          });
          return { value, text: chars.join("") };
        }),
    );
    fc.assert(
      fc.property(mixed, cuts, ({ value, text }, sizes) => {
        const shown = collected(`<<${text}>>`, sizes, [value]);
        expect(shown.startsWith(`<<${MASK}`)).toBe(true);
        expect(shown.replaceAll(MASK, "")).toBe("<<>>");
      }),
      { numRuns: 100 },
    );
  });
});

it("shows the same whatever the chunks, with several secrets that overlap", () => {
  const part = fc.constantFrom(
    "secret-1",
    "secret-1-more",
    "more&more",
    "&amp;",
    "%6",
    "5",
    "cret-1",
    "'",
    "''",
    "\n",
  );
  const texts = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, cuts, (text, sizes) => {
      const secrets = ["secret-1", "secret-1-more", "more&more", "1secret", "''''''"];
      expect(collected(text, sizes, secrets)).toBe(createMasker(secrets).mask(text));
    }),
    { numRuns: 200 },
  );
});

it("holds back no more than what may become a secret: not a line because it ends in a letter of one", () => {
  const collector = createOutputCollector({ secrets: ["hunter2-hunter2"] });
  const encoded = Buffer.from("hunter2-hunter2").toString("base64");
  expect(collector.push(`Applied ${encoded[0]}\n`)).toBe(`Applied ${encoded[0]}\n`);
  expect(collector.push("and hunt")).toBe("and ");
  expect(collector.push("ed")).toBe("hunted");
});

it("takes time that grows with the text and no faster, in one piece or a character at a time", () => {
  const value = `${"'".repeat(60)}${"&amp;".repeat(60)}`;
  const texts = ["'".repeat(50_000), "&amp;".repeat(10_000), `${"'".repeat(59)}x`.repeat(1_000)];
  for (const text of texts) {
    const began = performance.now();
    createMasker([value]).mask(text);
    expect(performance.now() - began).toBeLessThan(10_000);
  }
  const long = "k".repeat(16_000);
  const began = performance.now();
  expect(
    collected(`${"k1".repeat(8_000)}${long.slice(0, 500)}!`, [1], [`${long.slice(0, 400)}z`]),
  ).not.toContain(MASK);
  expect(performance.now() - began).toBeLessThan(10_000);
});
