import { Ellipsis } from "lucide-react";
import { type ReactNode, useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { Menu } from "#components/ui/menu.tsx";

/** Three dots that open what else can be done with a row. */
export function MoreMenu({ label, children }: { label: string; children: ReactNode }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton
        label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={(event) => {
          setAnchor(event.currentTarget);
          setOpen(true);
        }}
      >
        <Ellipsis size={16} aria-hidden />
      </IconButton>
      {anchor && (
        <Menu anchor={anchor} open={open} setOpen={setOpen} align="end">
          {children}
        </Menu>
      )}
    </>
  );
}
