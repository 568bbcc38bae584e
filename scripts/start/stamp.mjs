import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const SKIPPED = new Set([
  "node_modules",
  ".next",
  ".turbo",
  "generated",
  "dist",
  "test-results",
  "next-env.d.ts",
]);

/**
 * The content of files and folders (tests aside) as one digest, so that a step whose inputs stayed the same is
 * skipped: after a `git pull` times say nothing, contents do.
 * @param {string} root
 * @param {string[]} paths relative to root; missing ones count as such
 * @param {string} [also] anything else that the result depends on
 * @returns {string}
 */
export function digestOf(root, paths, also = "") {
  const hash = createHash("sha256").update(also);
  const visit = (path) => {
    let entries;
    try {
      entries = readdirSync(join(root, path), { withFileTypes: true });
    } catch (error) {
      if (error.code === "ENOTDIR")
        hash
          .update(`${path}\0`)
          .update(readFileSync(join(root, path)))
          .update("\0");
      return;
    }
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of entries) {
      if (SKIPPED.has(entry.name) || /\.test\.tsx?$/.test(entry.name)) continue;
      visit(join(path, entry.name));
    }
  };
  for (const path of [...paths].sort()) visit(path);
  return hash.digest("hex");
}

/**
 * @param {string} file
 * @param {string} digest
 * @returns {boolean} whether the step that left this stamp had the same inputs
 */
export function isStamped(file, digest) {
  return existsSync(file) && readFileSync(file, "utf8") === digest;
}

/**
 * @param {string} file
 * @param {string} digest
 */
export function stamp(file, digest) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, digest);
}
