import clsx from "clsx";
import { useConnection } from "#lib/connection.ts";

/** A quiet word on how fresh the page is: pushed live, or read every few seconds while the stream reconnects. */
export function StreamSign() {
  const { api, stream } = useConnection();
  const text = api === "away" ? "Offline" : stream === "live" ? "Live" : "Reconnecting";
  return (
    <span className="inline-flex items-center gap-2 text-xs text-ink-3">
      <span
        aria-hidden
        className={clsx(
          "size-1.5 rounded-full",
          text === "Live" ? "bg-good" : text === "Offline" ? "bg-warn" : "bg-ink-off",
        )}
      />
      {text}
    </span>
  );
}
