import type { PolicyEntry, PolicyVersion } from "@ade/core/policies/schema";
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Minus, Plus, RotateCcw } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { Moment } from "#components/ui/time.tsx";
import { policyVersions } from "./policy-queries.ts";
import { textOf, versionDiff } from "./version-diff.ts";

type Props = {
  policy: PolicyEntry;
  nameOf: (id: string) => string;
  restore: ((version: PolicyVersion) => void) | undefined;
};

/** Every version in words, newest first, with what came and what went; an older one can be put into the form. */
export function PolicyHistory({ policy, nameOf, restore }: Props) {
  const query = useQuery(policyVersions(policy.id, policy.version));
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">
      <Resolved query={query} what="The history" loading={<SkeletonRows rows={4} />}>
        {({ versions }) => (
          <ol aria-label="Versions, newest first" className="flex flex-col gap-3">
            {versions.map((version, place) => (
              <li key={version.version} className="card px-3 py-2.5">
                <div className="mb-1.5 flex items-center gap-2">
                  <h3 className="num font-semibold">Version {version.version}</h3>
                  <span className="min-w-0 flex-1 truncate text-xs text-ink-3">
                    <Moment at={version.created_at} />
                    {version.created_by && ` by ${nameOf(version.created_by)}`}
                  </span>
                  {place > 0 && restore && (
                    <Button size="small" onClick={() => restore(version)}>
                      <RotateCcw size={13} aria-hidden /> Restore…
                    </Button>
                  )}
                </div>
                <ul className="flex flex-col gap-0.5">
                  {versionDiff(version, versions[place + 1], nameOf).map(({ how, sentence }) => (
                    <li
                      key={how + textOf(sentence)}
                      className={clsx(
                        "flex gap-1.5 rounded-sm px-1.5 break-words",
                        how === "added" && "bg-diff-add",
                        how === "removed" && "bg-diff-remove text-ink-2",
                      )}
                    >
                      {how === "added" ? (
                        <Plus size={12} aria-label="New:" className="mt-1 shrink-0" />
                      ) : how === "removed" ? (
                        <Minus size={12} aria-label="Gone:" className="mt-1 shrink-0" />
                      ) : (
                        <span aria-hidden className="w-3 shrink-0" />
                      )}
                      <span className={clsx("min-w-0", how === "removed" && "line-through")}>
                        {textOf(sentence)}
                      </span>
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ol>
        )}
      </Resolved>
    </div>
  );
}
