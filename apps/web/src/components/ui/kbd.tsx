import clsx from "clsx";
import { type KeyId, keyText, useKeyOf } from "#lib/keys.ts";

/** A key's cap. Decoration for those who see it: names of buttons do not contain it. */
export function Kbd({ keys, className }: { keys: string; className?: string }) {
  return (
    <kbd
      aria-hidden
      suppressHydrationWarning
      className={clsx(
        "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border border-line-strong px-1",
        "font-sans text-2xs leading-none font-medium text-ink-3 max-sm:hidden",
        className,
      )}
    >
      {keyText(keys)}
    </kbd>
  );
}

/** The cap of a command's key as this person has set it; nothing where its key is off. */
export function KeyOf({ of, className }: { of: KeyId; className?: string }) {
  const keys = useKeyOf(of);
  return keys ? <Kbd keys={keys} {...(className && { className })} /> : null;
}
