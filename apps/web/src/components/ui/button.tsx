import clsx from "clsx";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { useAway } from "#lib/connection.ts";

export type ButtonLook = "primary" | "plain" | "quiet" | "danger";
export type ButtonSize = "small" | "medium" | "large";

const LOOKS: Record<ButtonLook, string> = {
  primary: "bg-accent text-accent-ink enabled:hover:bg-accent-hover shadow-control",
  plain: "border border-line-strong bg-surface text-ink enabled:hover:bg-hover shadow-control",
  quiet: "text-ink-2 enabled:hover:bg-hover enabled:hover:text-ink",
  danger: "border border-bad-line bg-surface text-bad enabled:hover:bg-bad-soft shadow-control",
};
const SIZES: Record<ButtonSize, string> = {
  small: "h-6 min-w-6 gap-1 rounded-sm px-1.5 text-xs",
  medium: "h-7.5 min-w-7.5 gap-1.5 rounded-md px-2.5 text-sm max-sm:h-9",
  large: "h-9 min-w-9 gap-2 rounded-md px-3.5 text-base max-sm:h-11",
};

/** The classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = "plain", size: ButtonSize = "medium"): string {
  return clsx(
    "inline-flex shrink-0 items-center justify-center font-medium whitespace-nowrap select-none",
    "transition-colors duration-(--quick) disabled:cursor-not-allowed disabled:opacity-45 aria-disabled:cursor-not-allowed aria-disabled:opacity-45 [&_svg]:shrink-0",
    LOOKS[look],
    SIZES[size],
  );
}

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: ButtonLook;
  size?: ButtonSize;
  /** Calls the API: off while it is away. */
  acts?: boolean;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
};

/** While it is busy or the API is away it does nothing and keeps the focus, which `disabled` would take from it. */
export function Button({ look, size, acts, busy, className, disabled, onClick, ...rest }: Props) {
  const away = useAway();
  const isOff = busy || (acts && away);
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      disabled={disabled}
      aria-disabled={isOff || undefined}
      onClick={(event) => {
        if (!isOff) return onClick?.(event);
        event.preventDefault();
        event.stopPropagation();
      }}
      title={acts && away ? "Off until the server answers again" : rest.title}
      className={clsx(buttonClass(look, size), busy && "cursor-progress!", className)}
    />
  );
}

/** A button that is only a sign: its name is its label and its tooltip. */
export function IconButton({
  label,
  className,
  size = "medium",
  look = "quiet",
  ...rest
}: Props & { label: string }) {
  return (
    <Button
      title={label}
      aria-label={label}
      size={size}
      look={look}
      {...rest}
      className={clsx("px-0!", size === "small" ? "w-6" : "w-7.5 max-sm:w-9", className)}
    />
  );
}
