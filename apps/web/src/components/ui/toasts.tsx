import { onDemand } from "#lib/on-demand.tsx";
import { useToasts } from "./toast.ts";

const ToastCard = onDemand(() => import("./toast-card.tsx").then((file) => file.ToastCard));

/** Where messages appear: read out politely, out of the way of the decision bar. */
export function Toasts() {
  return (
    <ol
      aria-live="polite"
      aria-label="Messages"
      className="no-print pointer-events-none fixed bottom-12 left-[calc(var(--nav-width)+1rem)] z-50 flex w-[min(26rem,calc(100vw-1.5rem))] flex-col gap-2 max-md:bottom-32 max-md:left-3"
    >
      {useToasts().map((each) => (
        <ToastCard key={each.id} {...each} />
      ))}
    </ol>
  );
}
