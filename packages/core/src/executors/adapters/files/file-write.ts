import { constants } from "node:fs";
import { open, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { errorCode, fileFailure } from "./file-failure.ts";
import { assertInPlace, type Folder, inFolder } from "./folder-handle.ts";

export type NewFile = { bytes: Buffer; mode: number; owner: { uid: number; gid: number } | null };

/** Names this attempt's temporary file, and by `prefix` those of the same task's earlier attempts. */
export type TemporaryName = { prefix: string; name: string };

async function removeLeftovers(folder: Folder, temporary: TemporaryName): Promise<void> {
  for (const name of await readdir(folder.member("."))) {
    if (name.startsWith(temporary.prefix)) await removeIfThere(folder, name);
  }
}

async function removeIfThere(folder: Folder, name: string): Promise<void> {
  await unlink(folder.member(name)).catch((error: unknown) => {
    if (errorCode(error) !== "ENOENT") throw error;
  });
}

async function writeTemporary(folder: Folder, name: string, file: NewFile): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  await using handle = await open(folder.member(name), flags, 0o600);
  await handle.writeFile(file.bytes);
  if (file.owner) {
    // Only root may give a file away; for anybody else it stays the worker's, as with any editor.
    await handle.chown(file.owner.uid, file.owner.gid).catch((error: unknown) => {
      if (errorCode(error) !== "EPERM") throw error;
    });
  }
  await handle.chmod(file.mode);
  await handle.sync();
}

/**
 * Replaces a folder's member in one step: written beside it, synced, renamed, folder synced. A reader sees the old
 * file or the new one. `confirm` is asked last, immediately before the rename, and may throw.
 * Leftovers of the task's earlier attempts go first, so an older worker that wakes finds nothing to rename.
 */
export async function replaceFile(
  folder: Folder,
  name: string,
  file: NewFile,
  temporary: TemporaryName,
  confirm: () => Promise<void>,
): Promise<void> {
  try {
    await removeLeftovers(folder, temporary);
    await writeTemporary(folder, temporary.name, file);
    try {
      await confirm();
      await assertInPlace(folder);
      await rename(folder.member(temporary.name), folder.member(name));
    } catch (error) {
      await removeIfThere(folder, temporary.name);
      throw error;
    }
    await folder.handle.sync();
  } catch (error) {
    throw fileFailure(error, `${name} can't be written`);
  }
}

/** Deletes a folder's member; being gone already is as good. */
export async function deleteFile(folder: Folder, name: string, confirm: () => Promise<void>): Promise<void> {
  try {
    await confirm();
    await assertInPlace(folder);
    await removeIfThere(folder, name);
    await folder.handle.sync();
  } catch (error) {
    throw fileFailure(error, `${name} can't be deleted`);
  }
}

/** Removes the last `count` of `folders`, innermost first, as far as they are empty. */
export async function removeEmptyFolders(
  root: string,
  folders: readonly string[],
  count: number,
): Promise<void> {
  for (let depth = folders.length; depth > folders.length - count; depth--) {
    const name = folders[depth - 1]!;
    const removed = await inFolder(root, folders.slice(0, depth - 1), { create: false }, async (parent) => {
      try {
        if (parent) await rmdir(parent.member(name));
        return true;
      } catch (error) {
        if (errorCode(error) === "ENOENT") return true;
        if (errorCode(error) === "ENOTEMPTY" || errorCode(error) === "EEXIST") return false;
        throw fileFailure(error, `The folder ${name} can't be removed`);
      }
    });
    if (!removed) return;
  }
}
