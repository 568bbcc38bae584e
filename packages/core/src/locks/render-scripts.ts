import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "lua");
const TARGET = join(import.meta.dirname, "scripts.generated.ts");
/** Arguments of these names are numbers; all others are text. */
const NUMERIC =
  /_ms$|^(capacity|quota|priority|max_depth|limit|depth_limit|owner_limit|step|shown|force|keep|describe|token|epoch)$/;

/** What the header of a script states. */
type Contract = {
  keys: number;
  /** True where the sentinel is the first argument; the connection puts it there. */
  guarded: boolean;
  /** The arguments after the sentinel, as the elements of a tuple type. */
  args: string[];
  /** True where one call does several. */
  many: boolean;
  /** The words that an answer begins with. */
  statuses: string[];
};

/**
 * The text of scripts.generated.ts: every lua/*.lua with the lib files put in where its `@include` lines stand, the
 * SHA-1 that EVALSHA wants, and the types of its arguments and answers from its header.
 */
export function renderScripts(): string {
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".lua"))
    .sort();
  const made = files.map((file) => {
    const source = readFileSync(join(FOLDER, file), "utf8");
    const body = bodyOf(source);
    const sha = createHash("sha1").update(body).digest("hex");
    return { name: file.replace(".lua", ""), body, sha, ...readContract(file, source) };
  });
  const scripts = made.map(
    ({ name, keys, guarded, sha, body }) =>
      `  ${name}: {\n    keys: ${keys},\n    guarded: ${guarded},\n    sha: "${sha}",\n    body: ${JSON.stringify(body)},\n  },\n`,
  );
  const types = (of: (script: (typeof made)[number]) => string) =>
    made.map((script) => `  ${script.name}: ${of(script)};\n`).join("");
  return [
    "// Made from lua/*.lua by render-scripts.ts; run `node src/locks/render-scripts.ts` after a change there.\n\n",
    "/** What each script is called with, after the sentinel. */\n",
    `export type ScriptArgs = {\n${types(({ args }) => `[${args.join(", ")}]`)}};\n\n`,
    "/** The word that each script's answer begins with. */\n",
    `export type ScriptStatus = {\n${types(({ statuses }) => statuses.map((word) => `"${word}"`).join(" | "))}};\n\n`,
    "/** Scripts of which one call does several; their ScriptArgs are those of one. */\n",
    `export type ManyScript = ${made
      .filter(({ many }) => many)
      .map(({ name }) => `"${name}"`)
      .join(" | ")};\n\n`,
    `export const scripts = {\n${scripts.join("")}} as const;\n`,
  ].join("");
}

/** Pure: the contract in a script's first comment. Throws where a part is missing. */
function readContract(file: string, source: string): Contract {
  const header = /^(--.*\n)+/.exec(source)?.[0].replaceAll(/^-- ?/gm, "") ?? "";
  const part = (from: RegExp, to: RegExp): string => {
    const text = header.split(from)[1]?.split(to)[0];
    if (text === undefined) throw new Error(`${file} has no ${from} in its header`);
    return text;
  };
  const argv = part(/^ARGV /m, /^->/m).replaceAll(/\([^)]*\)/g, "");
  const numbered = [...argv.matchAll(/(?:^|,\s+)\d+ ([a-z_]+)/g)].map(([, name]) => name!);
  const each = /then of each [a-z]+: ([a-z_,\s]+)/.exec(argv)?.[1]?.split(",");
  const rest = /then ([a-z]+)\s*$/m.exec(argv)?.[1];
  const guarded = numbered[0] === "sentinel";
  // Of a script that does several at once: the arguments of one.
  const named = each?.map((name) => name.trim()) ?? (guarded ? numbered.slice(1) : numbered);
  const args = named.map((name) => `${name}: ${NUMERIC.test(name) ? "number" : "string"}`);
  const answers = part(/^-> /m, /^@include|\n$(?!\n)/m);
  return {
    keys: part(/^KEYS /m, /\n/).split(", ").length,
    guarded,
    many: each !== undefined,
    args: rest && !each ? [...args, `...${rest}: string[]`] : args,
    statuses: [...new Set([...answers.matchAll(/(?:^|\W)\{([A-Z_]+)/g)].map(([, word]) => word!))].filter(
      (word) => word !== "LOST_EPOCH" || guarded,
    ),
  };
}

function bodyOf(source: string): string {
  const whole = source.replaceAll(/^-- @include (.+)$/gm, (_, names: string) =>
    names
      .split(" ")
      .map((name) => readFileSync(join(FOLDER, "lib", `${name}.lua`), "utf8"))
      .join(""),
  );
  const lines = whole.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("--"));
  return `${lines.join("\n")}\n`;
}

if (import.meta.main) writeFileSync(TARGET, renderScripts());
