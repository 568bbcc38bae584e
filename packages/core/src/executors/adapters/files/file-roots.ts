import { isAbsolute, normalize, sep } from "node:path";

/** Absolute folders by name: the only places where files are read and written. */
export type FileRoots = Readonly<Record<string, string>>;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$/;

function tidy(folder: string): string {
  const path = normalize(folder);
  return path.length > 1 && path.endsWith(sep) ? path.slice(0, -1) : path;
}

/**
 * Checks roots and spells their folders in one way. Throws TypeError with a sentence for a wrong name, a relative
 * folder, and a folder inside another root's: one file would have two names, and so two locks.
 */
export function checkFileRoots(roots: FileRoots): FileRoots {
  const entries = Object.entries(roots).map(([name, folder]) => {
    if (!NAME.test(name)) {
      throw new TypeError(`"${name}" is no name for a file root: letters, digits, - and _, at most 50`);
    }
    if (!isAbsolute(folder) || folder.includes("\0")) {
      throw new TypeError(`The folder of file root ${name} must be an absolute path, not "${folder}"`);
    }
    return [name, tidy(folder)] as const;
  });
  for (const [name, folder] of entries) {
    const inside = folder === sep ? sep : folder + sep;
    const other = entries.find(([o, path]) => o !== name && (path === folder || path.startsWith(inside)));
    if (other)
      throw new TypeError(`File root ${other[0]} lies inside file root ${name}; give each its own folder`);
  }
  return Object.fromEntries(entries);
}

/** Reads ADE_FILE_ROOTS: `name=folder,name=folder`. Empty text is no roots. Throws TypeError with a sentence. */
export function parseFileRoots(text: string): FileRoots {
  const roots: Record<string, string> = Object.create(null);
  for (const part of text.split(",").map((entry) => entry.trim())) {
    if (part === "") continue;
    const at = part.indexOf("=");
    if (at < 1 || at === part.length - 1) throw new TypeError(`"${part}" is not name=folder`);
    const name = part.slice(0, at).trim();
    if (name in roots) throw new TypeError(`File root ${name} is given twice`);
    roots[name] = part.slice(at + 1).trim();
  }
  return checkFileRoots(roots);
}
