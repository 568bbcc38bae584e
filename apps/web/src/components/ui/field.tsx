import clsx from "clsx";
import { type ReactNode, useId } from "react";

type FieldParts = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };
type Props = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  /** It differs from what is stored: said beside the label. */
  changed?: boolean;
  className?: string;
  children: (parts: FieldParts) => ReactNode;
};

/** Label, control, hint and error, wired together for screen readers. */
export function Field({ label, hint, error, optional, changed, className, children }: Props) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className={clsx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-xs font-medium text-ink-2">
        {label}
        {optional && <span className="font-normal text-ink-3"> · optional</span>}
        {changed && <ChangedSign />}
      </label>
      {children({
        id,
        ...(note && { "aria-describedby": noteId }),
        ...(error && { "aria-invalid": true as const }),
      })}
      {note && (
        <p id={noteId} className={clsx("text-xs", error ? "text-bad" : "text-ink-3")}>
          {note}
        </p>
      )}
    </div>
  );
}

/** Marks what is not stored yet. */
export function ChangedSign() {
  return (
    <span className="ml-1.5 inline-flex items-center gap-1 font-medium text-accent">
      <span aria-hidden className="size-1.5 rounded-full bg-accent" />
      changed
    </span>
  );
}
