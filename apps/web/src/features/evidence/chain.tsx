import type { AuditEntry } from "@ade/core/ledger/schema";
import { useQuery } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { queries } from "#lib/queries.ts";
import { Stamp } from "./stamp.tsx";
import { Wide } from "./wide.tsx";

/** Longer records are cut by the read; the audit log has them all. */
const READ_LIMIT = 200;

/** Whether the chain that these entries stand in was checked whole, and holds: the seal on the sheet. */
export function Chain() {
  const { data, error } = useQuery(queries.chain());
  if (!data) {
    return (
      <p role="status" className="text-ink-3 print:block!">
        {error ? "The chain could not be checked now." : "Checking the chain…"}
      </p>
    );
  }
  const { fault, head, sealed, anchors, checked_at } = data;
  const Icon = fault ? ShieldAlert : ShieldCheck;
  return (
    <div
      className={`flex gap-3 rounded-md border px-3 py-2 ${fault ? "border-bad-line bg-bad-soft" : "border-good-line bg-good-soft"}`}
    >
      <Icon size={18} aria-hidden className={`mt-0.5 shrink-0 ${fault ? "text-bad" : "text-good"}`} />
      <div className="min-w-0">
        <p className="font-medium">
          {fault ? fault.message : `All ${sealed} entries of the chain hold, checked by their hashes.`}
        </p>
        <p className="text-xs text-ink-2">
          Checked <Stamp at={checked_at} /> ·{" "}
          {anchors > 0
            ? `${anchors} signed heads outside the database agree`
            : "no signed heads outside the database"}
          {head && (
            <>
              {" "}
              · head <span className="num">{head.seq}</span>, <code className="break-all">{head.hash}</code>
            </>
          )}
        </p>
      </div>
    </div>
  );
}

/** Every entry about the task with its place in the chain. */
export function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <>
      <Wide name="Entries of the ledger">
        <table className="w-full text-left text-xs">
          <caption className="sr-only">Entries of the ledger about this task</caption>
          <thead className="text-ink-3">
            <tr className="border-b border-line">
              {["Place", "When", "What", "Who", "Hash"].map((name) => (
                <th key={name} scope="col" className="py-1 pr-3 font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id} className="border-b border-line align-baseline">
                <td className="num py-1 pr-3">{entry.seq ?? "not sealed yet"}</td>
                <td className="py-1 pr-3">
                  <Stamp at={entry.at} />
                </td>
                <td className="py-1 pr-3">
                  {entry.action}
                  {entry.to_state && <span className="text-ink-2"> → {entry.to_state.toLowerCase()}</span>}
                  {entry.reason && <span className="block text-ink-2">“{entry.reason}”</span>}
                </td>
                <td className="py-1 pr-3">
                  {entry.actor_name}
                  {entry.on_behalf_of && <span className="text-ink-2"> for {entry.on_behalf_of}</span>}
                </td>
                <td className="py-1">
                  <code className="text-2xs break-all">{entry.hash ?? "—"}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {entries.length === READ_LIMIT && (
        <p className="text-ink-2">These are its first {READ_LIMIT} entries; the audit log has the rest.</p>
      )}
    </>
  );
}
