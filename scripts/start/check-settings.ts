import { messageOf, PlainError } from "@ade/embedded/plain-error";
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
