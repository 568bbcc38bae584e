import { CloudOff } from "lucide-react";
import { useConnection } from "#lib/connection.ts";
import { useTicking } from "#lib/server-time.ts";
import { span } from "#lib/time-text.ts";

/** Says that the API is away, since when the data is as it is, and that nothing needs to be done. */
export function AwayBanner() {
  const { api, lastHeardMs } = useConnection();
  const age = useTicking((now) =>
    lastHeardMs ? `last updated ${span((now - lastHeardMs) / 1000)} ago` : "not read yet",
  );
  return (
    <div role="status" className="no-print shrink-0">
      {api === "away" && (
        <p className="rise flex min-h-9 items-center justify-center gap-2 border-b border-warn-line bg-warn-soft px-4 py-1.5 text-center text-warn">
          <CloudOff size={15} aria-hidden className="shrink-0" />
          <span>
            <strong className="font-semibold">The server does not answer.</strong> What you see was{" "}
            <span aria-live="off" className="num">
              {age}
            </span>
            ; actions are off until it is back.
          </span>
        </p>
      )}
    </div>
  );
}
