import { useQuery } from "@tanstack/react-query";
import { onDemand } from "#lib/on-demand.tsx";
import { isWell, shellQueries } from "#lib/shell-queries.ts";

const LockBanner = onDemand(() => import("./lock-banner.tsx").then((file) => file.LockBanner));

/** On every page: nothing while locks are granted, else the banner that says what that means. */
export function LockSign() {
  const { data } = useQuery(shellQueries.lockStatus());
  return (
    <div role="status" className="no-print shrink-0">
      {data && !isWell(data) && <LockBanner status={data} />}
    </div>
  );
}
