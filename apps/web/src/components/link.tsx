import { useRouter } from "next/router";
import type { AnchorHTMLAttributes } from "react";
import { isAway } from "#lib/connection.ts";
import { toast } from "./ui/toast.ts";

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/**
 * A link inside the dashboard. Its page's code is fetched when the pointer or the focus is on it: `next/link` would
 * fetch that of every link in view, which the inbox's script budget does not have.
 */
export function Link({ href, onClick, ...rest }: Props) {
  const router = useRouter();
  const prepare = () => void router.prefetch(href);
  return (
    <a
      {...rest}
      href={href}
      onMouseEnter={prepare}
      onFocus={prepare}
      onClick={(event) => {
        onClick?.(event);
        const isPlain =
          event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (event.defaultPrevented || !isPlain) return;
        event.preventDefault();
        if (isAway()) {
          toast({ tone: "bad", text: "Pages cannot be opened until the server answers again" });
        } else void router.push(href);
      }}
    />
  );
}
