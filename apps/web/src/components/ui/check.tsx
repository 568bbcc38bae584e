import clsx from "clsx";
import { type ReactNode, useId } from "react";

type Props = {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  disabled?: boolean;
  className?: string;
};

/** A box to tick, with what it means beside it. */
export function Check({ checked, onChange, label, hint, error, disabled, className }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={clsx("flex items-start gap-2", className)}>
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={note ? `${id}-note` : undefined}
        aria-invalid={error ? true : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent max-sm:size-5"
      />
      <span className="min-w-0">
        <label htmlFor={id} className="block font-medium">
          {label}
        </label>
        {note && (
          <span id={`${id}-note`} className={clsx("block text-xs", error ? "text-bad" : "text-ink-3")}>
            {note}
          </span>
        )}
      </span>
    </div>
  );
}
