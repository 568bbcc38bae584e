import { Dialog as Base } from "@base-ui/react/dialog";
import clsx from "clsx";
import type { ReactNode } from "react";

type Props = {
  label: string;
  close: () => void;
  /** Two columns where there is room for them. */
  wide?: boolean;
  children: ReactNode;
};

/** A page over the page: comes from below on a phone, stands at the right of a tablet. It brings its own close button. */
export function Sheet({ label, close, wide, children }: Props) {
  return (
    <Base.Root open onOpenChange={(open) => !open && close()}>
      <Base.Portal>
        <Base.Backdrop className="no-print fixed inset-0 z-30 bg-[oklch(0.2_0.02_260/0.35)] dark:bg-[oklch(0_0_0/0.55)]" />
        <Base.Popup
          aria-label={label}
          className={clsx(
            "fixed right-0 bottom-0 z-30 flex w-full flex-col overflow-hidden bg-surface shadow-raised outline-none transition-transform duration-(--calm) max-sm:top-6 max-sm:rounded-t-lg sm:inset-y-0 data-starting-style:translate-y-8 sm:w-[36rem] sm:data-starting-style:translate-x-8 sm:data-starting-style:translate-y-0",
            wide && "lg:w-[min(66rem,calc(100vw-4rem))]",
          )}
        >
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
