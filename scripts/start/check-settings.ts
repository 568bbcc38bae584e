import { messageOf, PlainError } from "@ade/embedded/plain-error";
import { openCommandFile } from "../../packages/core/src/executors/adapters/command/command-file.ts";
import { parseFileRoots } from "../../packages/core/src/executors/adapters/files/file-roots.ts";
import type { ChildSpec } from "./child.ts";

type Reader = { readEnvironment(env: NodeJS.ProcessEnv): unknown };

/**
 * Lets api and worker read their settings before anything is built: a wrong one should not show after a minute.
 *
 * @throws PlainError naming the wrong setting and what is expected
 */
export async function checkSettings(specs: ChildSpec[]): Promise<void> {
  const readers: Partial<Record<ChildSpec["name"], Reader>> = {
    api: await import("../../apps/api/src/env.ts"),
    worker: await import("../../apps/worker/src/env.ts"),
  };
  for (const { name, env } of specs) {
    if (name === "worker" && env.ADE_COMMANDS) checkCommands(env.ADE_COMMANDS);
    try {
      readers[name]?.readEnvironment(env);
    } catch (error) {
      throw new PlainError(messageOf(error));
    }
    try {
      if (readers[name]) parseFileRoots(env.ADE_FILE_ROOTS ?? "");
    } catch (error) {
      throw new PlainError(
        `ADE_FILE_ROOTS is wrong: ${messageOf(error)}; write name=/absolute/folder,name=/folder.`,
      );
    }
  }
}

function checkCommands(path: string): void {
  try {
    // A missing file is told by the worker, in its log.
    openCommandFile(path, () => undefined);
  } catch (error) {
    throw new PlainError(`ADE_COMMANDS is wrong: ${messageOf(error)}`);
  }
}
