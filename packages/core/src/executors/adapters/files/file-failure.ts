import { CodedError } from "../../../kernel/errors.ts";
import { ExecutorFailure } from "../../errors.ts";

/** The system's code of an error (`ENOENT`), or null. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

const REASONS: Readonly<Record<string, { reason: string; retryable?: true }>> = {
  EACCES: { reason: "the worker has no right to" },
  EPERM: { reason: "the worker has no right to" },
  EROFS: { reason: "the file system is read-only" },
  EISDIR: { reason: "it is a folder" },
  ENOTDIR: { reason: "a part of the path is not a folder" },
  ELOOP: { reason: "it is a symbolic link; links are not followed" },
  ENAMETOOLONG: { reason: "the name is too long" },
  ENOSPC: { reason: "the disk is full", retryable: true },
  EDQUOT: { reason: "the quota is used up", retryable: true },
  EMFILE: { reason: "too many files are open", retryable: true },
  ENFILE: { reason: "too many files are open", retryable: true },
  EIO: { reason: "the disk reports an error", retryable: true },
};

/** A file system's error as a sentence without the machine's own paths; what is no such error stays as it is. */
export function fileFailure(error: unknown, what: string): unknown {
  const code = errorCode(error);
  if (error instanceof CodedError || code === null || !/^E[A-Z0-9]+$/.test(code)) return error;
  const known = REASONS[code];
  return new ExecutorFailure(`${what}: ${known?.reason ?? `the system says ${code}`}.`, {
    retryable: known?.retryable ?? false,
    cause: error,
  });
}
