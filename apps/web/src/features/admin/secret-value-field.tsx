import clsx from "clsx";
import { useState } from "react";
import { Check } from "#components/ui/check.tsx";
import { Field } from "#components/ui/field.tsx";

type Props = {
  value: string;
  onChange: (value: string) => void;
  hint: string;
  optional?: boolean;
  error: string | undefined;
};

/** Where a value goes in; it never comes back. Lines are kept, so a key file can be pasted. */
export function SecretValueField({ value, onChange, hint, optional, error }: Props) {
  const [isShown, setShown] = useState(false);
  return (
    <div className="flex flex-col gap-2">
      <Field label="Value" hint={hint} error={error} {...(optional && { optional })}>
        {(parts) => (
          <textarea
            {...parts}
            autoComplete="off"
            spellCheck={false}
            rows={3}
            maxLength={16_384}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={clsx(
              "field h-auto! py-1.5! font-mono text-xs!",
              !isShown && "[-webkit-text-security:disc]",
            )}
          />
        )}
      </Field>
      <Check checked={isShown} onChange={setShown} label="Show it while I type" />
    </div>
  );
}
