import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { ExecutorFailure } from "../../errors.ts";
import { errorCode, fileFailure } from "./file-failure.ts";
import type { Folder } from "./folder-handle.ts";

/** Larger files are refused, as content and as what would be replaced: both travel through preview and stash. */
export const FILE_LIMIT_BYTES = 1024 * 1024;

/** A file as it is, or null where there is none. */
export type FileState = { bytes: Buffer; sha256: string; mode: number; uid: number; gid: number } | null;

export function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Reads a folder's member; refuses links and whatever is no ordinary file. A missing folder holds no file. */
export async function readState(folder: Folder | null, name: string): Promise<FileState> {
  if (!folder) return null;
  // Without O_NONBLOCK opening a named pipe would wait for its writer for ever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    await using handle = await open(folder.member(name), flags);
    const found = await handle.stat();
    if (!found.isFile()) throw new ExecutorFailure(`${name} is not an ordinary file.`);
    const buffer = Buffer.alloc(FILE_LIMIT_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    if (length > FILE_LIMIT_BYTES) throw new ExecutorFailure(`${name} is larger than 1 MiB.`);
    const bytes = buffer.subarray(0, length);
    return { bytes, sha256: hashOf(bytes), mode: found.mode & 0o777, uid: found.uid, gid: found.gid };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    if (errorCode(error) === "ELOOP") {
      throw new ExecutorFailure(`${name} is a symbolic link; links are not followed.`, {
        details: { kind: "path" },
        cause: error,
      });
    }
    throw fileFailure(error, `${name} can't be read`);
  }
}
