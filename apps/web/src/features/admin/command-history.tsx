import type { CommandEntry, CommandVersion } from "@ade/core/executors/adapters/command/schema";
import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { Moment } from "#components/ui/time.tsx";
import { DiffView } from "#features/task/diff-view.tsx";
import { diffLines } from "#features/task/line-diff.ts";
import { api } from "#lib/api.ts";
import { draftOfCommand } from "./command-draft.ts";

type Props = { entry: CommandEntry; restore: (version: CommandVersion) => void; close: () => void };

/** Every version, newest first, with what came and what went; an older one can be put into the form. */
export function CommandHistory({ entry, restore, close }: Props) {
  const { name } = entry.definition;
  const query = useQuery({
    queryKey: ["commands", "versions", name, entry.version],
    queryFn: ({ signal }) => api.commands.versions.query({ name }, { signal }),
  });
  return (
    <Dialog title={`History of ${name}`} close={close} wide>
      <Resolved query={query} what="The history" loading={<SkeletonRows rows={3} />}>
        {({ versions }) => (
          <ol aria-label="Versions, newest first" className="flex flex-col gap-3">
            {versions.map((version, place) => (
              <li key={version.version} className="card overflow-hidden">
                <div className="flex items-center gap-2 px-3 py-1.5">
                  <h3 className="num font-semibold">Version {version.version}</h3>
                  <span className="min-w-0 flex-1 truncate text-xs text-ink-3">
                    <Moment at={version.created_at} /> by {version.created_by_name}
                  </span>
                  {place > 0 && (
                    <Button size="small" onClick={() => restore(version)}>
                      <RotateCcw size={13} aria-hidden /> Restore…
                    </Button>
                  )}
                </div>
                <Differences version={version} before={versions[place + 1]} />
              </li>
            ))}
          </ol>
        )}
      </Resolved>
    </Dialog>
  );
}

/** The definition as the lines that stand in the form. */
function linesOf({ definition }: CommandVersion): string[] {
  return Object.entries(draftOfCommand(definition)).flatMap(([field, value]) => {
    const text = Array.isArray(value) ? value.join(", ") : value;
    if (text === "") return [];
    const lines = text.split("\n");
    return lines.length === 1 ? [`${field}: ${text}`] : [`${field}:`, ...lines.map((line) => `  ${line}`)];
  });
}

function Differences({ version, before }: { version: CommandVersion; before: CommandVersion | undefined }) {
  const lines = diffLines(before ? linesOf(before) : [], linesOf(version));
  return lines.length === 0 ? (
    <p className="border-t border-line px-3 py-1.5 text-xs text-ink-3">Nothing is different.</p>
  ) : (
    <div className="border-t border-line">
      <DiffView lines={lines} split={false} label={`Changes of version ${version.version}`} />
    </div>
  );
}
