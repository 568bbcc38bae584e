import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ENTRY = "client/src/client";
/** `from "…"`, `import("…")` and bare `import "…"`, as tsc writes them. */
const SPECIFIER = /(\bfrom |\bimport\(|\bimport )"([^"]+)"/g;

/**
 * Writes what is published: JavaScript and declarations, file by file, so that a bundler can leave out what is not used.
 * What the client takes from the packages around it is copied along, and only that.
 */
export function makeDist(dist = join(HERE, "dist")): void {
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(HERE, "../../node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", join(HERE, "tsconfig.dist.json"), "--outDir", dist]);
  const used = new Set([
    ...keepFrom(join(dist, `${ENTRY}.js`), dist, ".js"),
    ...keepFrom(join(dist, `${ENTRY}.d.ts`), dist, ".d.ts"),
  ]);
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !used.has(path)) rmSync(path);
  }
}

/** Makes every import of a file, and of what it imports, relative and ending in `.js`. Answers the files reached. */
function keepFrom(
  file: string,
  dist: string,
  ending: ".js" | ".d.ts",
  seen = new Set<string>(),
): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, "utf8").replace(SPECIFIER, (whole, before: string, specifier: string) => {
    const target = targetOf(specifier, file, dist);
    if (target === null) return whole;
    const path = target.replace(/\.(ts|js)$/, "");
    if (!existsSync(path + ending)) throw new Error(`${file} imports ${specifier}, which is not there`);
    keepFrom(path + ending, dist, ending, seen);
    const short = relative(dirname(file), `${path}.js`);
    return `${before}"${short.startsWith(".") ? short : `./${short}`}"`;
  });
  writeFileSync(file, text);
  return seen;
}

/** The file behind an import; null for a package that is installed beside the client. */
function targetOf(specifier: string, file: string, dist: string): string | null {
  if (specifier.startsWith(".")) return resolve(dirname(file), specifier);
  const [, name, path] = /^@ade\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  return name ? join(dist, name, "src", path!) : null;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) makeDist();
