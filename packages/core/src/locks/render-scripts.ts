import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "lua");
const TARGET = join(import.meta.dirname, "scripts.generated.ts");

/**
 * The text of scripts.generated.ts: every lua/*.lua with the lib files that its `@include` line names in front, its
 * number of keys (from the `KEYS` lines of its header) and the SHA-1 that EVALSHA wants.
 */
export function renderScripts(): string {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".lua"));
  const entries = files.sort().map((file) => {
    const own = readFileSync(join(FOLDER, file), "utf8");
    const includes = /^-- @include (.+)$/m.exec(own)?.[1]?.split(" ") ?? [];
    const libs = includes.map((name) => readFileSync(join(FOLDER, "lib", `${name}.lua`), "utf8"));
    const body = [...libs, own].map(withoutComments).join("");
    const sha = createHash("sha1").update(body).digest("hex");
    const name = file.replace(".lua", "");
    return `  ${name}: {\n    keys: ${countKeys(file, own)},\n    sha: "${sha}",\n    body: ${JSON.stringify(body)},\n  },\n`;
  });
  return `// Made from lua/*.lua by render-scripts.ts; run \`node src/locks/render-scripts.ts\` after a change there.\n\nexport const scripts = {\n${entries.join("")}} as const;\n`;
}

function countKeys(file: string, source: string): number {
  const line = /^-- KEYS (.+)$/m.exec(source)?.[1];
  if (!line) throw new Error(`${file} has no KEYS line in its header`);
  return line.split(", ").length;
}

function withoutComments(source: string): string {
  const lines = source.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("--"));
  return `${lines.join("\n")}\n`;
}

if (import.meta.main) writeFileSync(TARGET, renderScripts());
