import { constants } from "node:fs";
import {
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  realpath,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { z } from "zod";
import { ExecutorFailure } from "../../errors.ts";

const PREFIX = "ade-attempt-";
const PRIVATE = 0o700;
/** What a plan may leave in its folder: it is kept encrypted in PostgreSQL. */
export const PACK_LIMIT_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 500;
/** No attempt lasts that long; what is older was left by a process that was killed. */
const ABANDONED_MS = 3 * 60 * 60_000;

export const packedFile = z.strictObject({ path: z.string(), mode: z.int(), content: z.base64() });
export type PackedFile = z.infer<typeof packedFile>;

/** Runs `work` with a folder that only this user can enter (0700) and removes it afterwards, whatever happens. */
export async function withAttemptFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  // The real path: programs print that one, and it is looked for in what they print.
  const folder = await mkdtemp(join(await realpath(tmpdir()), PREFIX));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 2 });
  }
}

/** Removes folders that killed processes left behind, which may hold plans. */
export async function clearAbandonedFolders(now: number): Promise<void> {
  const base = await realpath(tmpdir());
  for (const name of await readdir(base)) {
    if (!name.startsWith(PREFIX)) continue;
    const found = await stat(join(base, name)).catch(() => null);
    if (!found?.isDirectory() || found.uid !== process.getuid?.()) continue;
    if (now - found.mtimeMs > ABANDONED_MS)
      await rm(join(base, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Everything in the folder, for another process to unpack. Throws ExecutorFailure where it is too much, or a link. */
export async function pack(folder: string): Promise<PackedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: PackedFile[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (!entry.isFile())
      throw new ExecutorFailure(`The plan left ${name} in its folder, which is no plain file.`);
    const { content, mode } = await readPlain(path, PACK_LIMIT_BYTES - bytes);
    bytes += content.length;
    files.push({ path: name, mode, content: content.toString("base64") });
    if (files.length > MAX_FILES)
      throw new ExecutorFailure(`The plan left more than ${MAX_FILES} files in its folder.`);
  }
  return files;
}

async function readPlain(path: string, limit: number): Promise<{ content: Buffer; mode: number }> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size, mode } = await file.stat();
    if (size > limit)
      throw new ExecutorFailure(
        `The plan left more than ${PACK_LIMIT_BYTES / 1024 / 1024} MiB in its folder; it is kept until it is applied.`,
      );
    return { content: await file.readFile(), mode: mode & PRIVATE };
  } finally {
    await file?.close();
  }
}

/** Puts packed files into a folder. */
export async function unpack(files: readonly PackedFile[], folder: string): Promise<void> {
  for (const { path, mode, content } of files) {
    const target = join(folder, path);
    if (!target.startsWith(folder + sep)) throw new TypeError("A packed file lies outside its folder");
    await mkdir(dirname(target), { recursive: true, mode: PRIVATE });
    await writeFile(target, Buffer.from(content, "base64"), { mode, flag: "wx" });
  }
}
