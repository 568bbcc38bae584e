import { constants, existsSync } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { ExecutorFailure } from "../../errors.ts";
import { errorCode, fileFailure } from "./file-failure.ts";

/**
 * Node has no openat(2). On Linux a path through `/proc/self/fd/N` starts at the folder behind that handle, whatever
 * happens to the folder's name meanwhile, which is the same. Elsewhere the real path is compared before each use.
 */
const HANDLES = "/proc/self/fd";
const hasHandlePaths = existsSync(HANDLES);

export type Folder = {
  /** The real path it had when it was opened. */
  readonly path: string;
  readonly handle: FileHandle;
  /** A path for its member, safe against folders being swapped for links. */
  member(name: string): string;
};

const FOLDER_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

async function openFolder(at: string, path: string): Promise<Folder> {
  const handle = await open(at, FOLDER_FLAGS);
  const base = hasHandlePaths ? `${HANDLES}/${handle.fd}` : path;
  return { path, handle, member: (name) => join(base, name) };
}

/** Refuses a folder that is no longer where it was opened. */
export async function assertInPlace(folder: Folder): Promise<void> {
  const now = hasHandlePaths
    ? await readlink(`${HANDLES}/${folder.handle.fd}`)
    : await realpath(folder.path).catch(() => null);
  if (now !== folder.path) {
    throw new ExecutorFailure("A folder on the path was moved or replaced while it was being used.");
  }
}

async function openRoot(root: string, create: boolean): Promise<Folder | null> {
  try {
    if (create) await mkdir(root, { recursive: true });
    const real = await realpath(root);
    return await openFolder(real, real);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw fileFailure(error, "The root's folder can't be opened");
  }
}

/** Opens a folder inside another, or answers null where there is none. Never follows a link. */
async function openChild(parent: Folder, name: string): Promise<Folder | null> {
  const path = join(parent.path, name);
  try {
    const child = await openFolder(parent.member(name), path);
    if (!hasHandlePaths) await assertInPlace(child);
    return child;
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") return null;
    if (code !== "ENOTDIR" && code !== "ELOOP")
      throw fileFailure(error, `The folder ${name} can't be opened`);
    const found = await lstat(parent.member(name)).catch(() => null);
    throw new ExecutorFailure(
      found?.isSymbolicLink()
        ? `${name} on the path is a symbolic link; links are not followed.`
        : `${name} on the path is not a folder.`,
      { details: { kind: "path" }, cause: error },
    );
  }
}

async function makeChild(parent: Folder, name: string): Promise<Folder> {
  try {
    await mkdir(parent.member(name));
    await parent.handle.sync();
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw fileFailure(error, `The folder ${name} can't be made`);
  }
  const child = await openChild(parent, name);
  if (!child) throw new ExecutorFailure(`The folder ${name} vanished as it was made.`, { retryable: true });
  return child;
}

/**
 * Walks from `root` along `folders`, handle by handle, and gives the last one to `work`; null instead where one does
 * not exist and `create` is false. Handles are closed at the end.
 */
export async function inFolder<T>(
  root: string,
  folders: readonly string[],
  options: { create: boolean },
  work: (folder: Folder | null) => Promise<T>,
): Promise<T> {
  let current = await openRoot(root, options.create);
  try {
    for (const name of folders) {
      if (!current) break;
      const parent: Folder = current;
      current = null;
      try {
        current = await openChild(parent, name);
        if (!current && options.create) current = await makeChild(parent, name);
      } finally {
        await parent.handle.close();
      }
    }
    return await work(current);
  } finally {
    await current?.handle.close();
  }
}
