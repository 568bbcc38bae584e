import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { Field } from "./field.tsx";

type Row = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  changed?: boolean;
  /** Of the row; what is given besides goes to the control. */
  className?: string | undefined;
  /** In the fixed-width face: patterns, commands, keys. */
  isCode?: boolean;
};

/** The row's own part of the props, and the control's. */
function split<P extends Row>(props: P) {
  const { label, hint, error, optional, changed, className, isCode, ...control } = props;
  const row = {
    label,
    error,
    ...(hint !== undefined && { hint }),
    ...(optional && { optional }),
    ...(changed && { changed }),
    ...(className !== undefined && { className }),
  };
  return { row, control, look: clsx("field", isCode && "font-mono text-xs! max-sm:text-base!") };
}

/** One line of text or a number, with its label, hint and error. Takes a controlled value or a form's `register`. */
export function TextRow(props: Row & Omit<ComponentProps<"input">, "className">) {
  const { row, control, look } = split(props);
  return (
    <Field {...row}>
      {(parts) => (
        <input
          autoComplete="off"
          spellCheck={!props.isCode}
          {...parts}
          {...control}
          className={clsx(look, control.type === "number" && "num")}
        />
      )}
    </Field>
  );
}

/** Text over several lines. */
export function AreaRow(props: Row & Omit<ComponentProps<"textarea">, "className">) {
  const { row, control, look } = split(props);
  return <Field {...row}>{(parts) => <textarea rows={3} {...parts} {...control} className={look} />}</Field>;
}

/** One of a few. */
export function SelectRow(props: Row & Omit<ComponentProps<"select">, "className">) {
  const { row, control, look } = split(props);
  return <Field {...row}>{(parts) => <select {...parts} {...control} className={look} />}</Field>;
}
