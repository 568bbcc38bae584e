import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
/** `from "…"`, `import("…")` and bare `import "…"`, as tsc writes them. */
const SPECIFIER = /(\bfrom |\bimport\(|\bimport )"([^"]+)"/g;
/** Packages of this repository, and what is meant by their name alone. */
const DOORS: Readonly<Record<string, string>> = { client: "packages/client/src/client.ts" };

export type DistOptions = {
  /** Folder of the package, relative to the root; its tsconfig.dist.json says what is compiled and how. */
  folder: string;
  /** Where it begins, below the folder, without its ending. */
  entry: string;
  dist: string;
  /** What is written beside the JavaScript: declarations for those who import it. */
  declarations: boolean;
};

/**
 * Writes what is published of a package: JavaScript and declarations, file by file, so that a bundler can leave out what
 * is not used. What it takes from the packages around it is copied along, and only that.
 */
export function writeDist({ folder, entry, dist, declarations }: DistOptions): void {
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", join(ROOT, folder, "tsconfig.dist.json"), "--outDir", dist], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const first = join(dist, folder, entry);
  const used = new Set([
    ...keepFrom(`${first}.js`, dist, ".js"),
    ...(declarations ? keepFrom(`${first}.d.ts`, dist, ".d.ts") : []),
  ]);
  for (const file of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && !used.has(path)) rmSync(path);
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

/** The file behind an import; null for a package that is installed beside it. */
function targetOf(specifier: string, file: string, dist: string): string | null {
  if (specifier.startsWith(".")) return resolve(dirname(file), specifier);
  const [, name, path] = /^@ade\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  if (!name) return null;
  return join(dist, path ? `packages/${name}/src/${path}` : (DOORS[name] ?? ""));
}
