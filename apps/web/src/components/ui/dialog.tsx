import { Dialog as Base } from "@base-ui/react/dialog";
import clsx from "clsx";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { buttonClass } from "./button.tsx";

type Props = {
  title: string;
  /** A sentence under the title. */
  description?: ReactNode;
  close: () => void;
  /** `sheet` comes from the bottom of a phone and fills it; on larger screens it is an ordinary dialog. */
  form?: "dialog" | "sheet";
  wide?: boolean;
  /** Neither Escape nor a press beside it closes it, only what is in it. */
  isHeld?: boolean;
  /** What was sent is on its way: until it is answered nothing closes it, and what comes of it is seen. */
  busy?: boolean;
  /** What has the focus at first; else the first field. */
  focusFirst?: string;
  children: ReactNode;
};

/** A modal dialog: focus goes in, stays in, and returns to where it was. Mount it to open it. */
export function Dialog(props: Props) {
  const { title, description, close, form = "dialog", wide, isHeld, busy, focusFirst, children } = props;
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open onOpenChange={(open) => !open && !isHeld && !busy && close()}>
      <Base.Portal>
        <Base.Backdrop className="no-print fixed inset-0 z-40 bg-[oklch(0.2_0.02_260/0.35)] transition-opacity duration-(--calm) data-starting-style:opacity-0 dark:bg-[oklch(0_0_0/0.55)]" />
        <Base.Popup
          ref={popup}
          initialFocus={() =>
            popup.current?.querySelector<HTMLElement>(focusFirst ?? "input, textarea, select") ??
            popup.current
          }
          className={clsx(
            "no-print fixed z-40 flex max-h-[calc(100dvh-3rem)] flex-col overflow-hidden bg-raised shadow-raised outline-none",
            "transition-[opacity,transform] duration-(--calm) data-starting-style:opacity-0",
            form === "sheet"
              ? "max-sm:inset-x-0 max-sm:bottom-0 max-sm:rounded-t-lg max-sm:data-starting-style:translate-y-6"
              : "max-sm:inset-x-3 max-sm:top-1/2 max-sm:-translate-y-1/2 max-sm:rounded-lg",
            "sm:top-[12vh] sm:left-1/2 sm:max-h-[76vh] sm:-translate-x-1/2 sm:rounded-lg",
            wide ? "sm:w-[min(44rem,calc(100vw-3rem))]" : "sm:w-[min(29rem,calc(100vw-3rem))]",
          )}
        >
          <div className="flex items-start gap-3 px-4 pt-3.5 pb-2">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-base font-semibold">{title}</Base.Title>
              {description && (
                <Base.Description className="mt-0.5 text-ink-2">{description}</Base.Description>
              )}
            </div>
            {!isHeld && (
              <Base.Close
                aria-label="Close"
                aria-disabled={busy || undefined}
                className={clsx(buttonClass("quiet", "small"), "-mr-1 w-6 px-0!")}
              >
                <X size={15} aria-hidden />
              </Base.Close>
            )}
          </div>
          <div className="min-h-0 overflow-y-auto px-4 pt-1 pb-4">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The row of buttons at a dialog's end. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-4 flex flex-wrap justify-end gap-2 max-sm:[&>button]:flex-1">{children}</div>;
}
