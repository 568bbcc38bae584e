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
  const text = useRef<HTMLElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      if (text.current) getSelection()?.selectAllChildren(text.current);
    }
  };
  return (
    <div className="rounded-lg border border-warn-line bg-warn-soft p-3">
      <p className="flex items-center gap-1.5 font-medium text-warn">
        <KeyRound size={14} aria-hidden /> {label}, shown this once
      </p>
      <div className="mt-2 flex items-start gap-2">
        <code
          ref={text}
          aria-label={label}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard can reach and scroll it
          tabIndex={0}
          role="textbox"
          aria-readonly
          className="min-w-0 flex-1 rounded-md border border-warn-line bg-surface px-2 py-1.5 text-xs break-all select-all"
        >
          {value}
        </code>
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
