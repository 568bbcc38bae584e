import { unseenIn } from "../../../kernel/unseen.ts";
import type { Change, Preview } from "../../schema.ts";
import { fileDiff } from "./file-diff.ts";
import { type FileTask, fileResource } from "./file-parameters.ts";
import { type FileState, hashOf } from "./file-state.ts";

const MAX_NAMED = 5;

function unseenWarning(content: Buffer): string[] {
  const names = unseenIn(content.toString("utf8")).slice(0, MAX_NAMED);
  if (names.length === 0) return [];
  return [`The new content holds characters that can't be seen: ${names.join(", ")}`];
}

/** Where secrets stand in a file, its size tells their length and its hash lets them be guessed. */
const HIDDEN = { holds_secrets: true };

/** What applying the task to the file's present state would do (pure). */
export function filePreview(task: FileTask, before: FileState, rootExists: boolean): Preview {
  const after = task.content;
  const afterHash = after && hashOf(after);
  const warnings = [
    ...(rootExists ? [] : [`The folder of root ${task.root} does not exist yet; it will be made`]),
    ...(after ? unseenWarning(after) : []),
  ];
  const common = { valid: true, errors: [], estimated_duration_seconds: 1, affected_services: [] };
  if ((before?.sha256 ?? null) === afterHash) {
    const same = after
      ? "The file already has this content"
      : "There is no such file, so nothing will be deleted";
    return { ...common, changes: [], warnings: [...warnings, same] };
  }
  const change: Change = {
    resource: fileResource(task.root, task.path, after === null),
    action: after === null ? "delete" : before ? "update" : "create",
    before: before && (task.hides ? HIDDEN : { sha256: before.sha256, bytes: before.bytes.length }),
    after: after && (task.hides ? HIDDEN : { sha256: afterHash, bytes: after.length }),
    diff: fileDiff(task.path, before, after),
  };
  return { ...common, changes: [change], warnings };
}
