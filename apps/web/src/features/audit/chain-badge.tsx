import { useQuery } from "@tanstack/react-query";
import { LoaderCircle, ShieldAlert, ShieldCheck } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { queries } from "#lib/queries.ts";

/** Whether the whole chain was checked and holds; at fault it names the place. */
export function ChainBadge() {
  const { data, error } = useQuery({ ...queries.chain(), refetchInterval: 60_000 });
  if (error && !data) return <Badge tone="warn">Chain not checked</Badge>;
  if (!data) {
    return (
      <Badge icon={<LoaderCircle size={11} className="animate-spin" aria-hidden />}>Checking the chain</Badge>
    );
  }
  if (data.fault) {
    return (
      <span title={data.fault.message}>
        <Badge tone="bad" icon={<ShieldAlert size={12} aria-hidden />}>
          Chain broken{data.fault.seq === null ? "" : ` at ${data.fault.seq}`}
        </Badge>
      </span>
    );
  }
  const pending = data.unsealed > 0 ? `, ${data.unsealed} not sealed yet` : "";
  return (
    <span title={`Checked ${data.checked_at}${data.head ? ` · head ${data.head.hash.slice(0, 16)}…` : ""}`}>
      <Badge tone="good" icon={<ShieldCheck size={12} aria-hidden />}>
        <span className="num">
          {data.sealed} entries verified{pending}
        </span>
      </Badge>
    </span>
  );
}
