import { Check, Copy, KeyRound } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";

type Props = {
  /** What it is, as a label: "API key". */
  label: string;
  value: string;
  children?: ReactNode;
};

/** A key or link that the server tells only once: selected with a click, copied with a button. */
export function SecretOnce({ label, value, children }: Props) {
  const [copied, setCopied] = useState(false);
  const text = useRef<HTMLInputElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      text.current?.select();
    }
  };
  return (
    <div className="rounded-lg border border-warn-line bg-warn-soft p-3">
      <p className="flex items-center gap-1.5 font-medium text-warn">
        <KeyRound size={14} aria-hidden /> {label}, shown this once
      </p>
      <div className="mt-2 flex items-start gap-2">
        <input
          ref={text}
          readOnly
          aria-label={label}
          value={value}
          onFocus={(event) => event.currentTarget.select()}
          className="field min-w-0 flex-1 border-warn-line! font-mono text-xs!"
        />
        <Button look={copied ? "plain" : "primary"} onClick={() => void copy()}>
          {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          {copied ? "Copied" : "Copy"}
        </Button>
      </div>
      {children && <p className="mt-2 text-xs text-ink-2">{children}</p>}
      <p aria-live="polite" className="sr-only">
        {copied ? `${label} copied` : ""}
      </p>
    </div>
  );
}
