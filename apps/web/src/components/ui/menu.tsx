import { Menu as Base } from "@base-ui/react/menu";
import clsx from "clsx";
import type { ReactNode } from "react";

type Props = {
  anchor: HTMLElement;
  open: boolean;
  setOpen: (open: boolean) => void;
  side?: "top" | "bottom";
  align?: "start" | "end";
  children: ReactNode;
};

const itemClass =
  "flex min-h-7.5 cursor-default items-center gap-2.5 rounded-sm px-2 outline-none select-none max-md:min-h-10 data-highlighted:bg-hover data-disabled:opacity-45";

/** A menu at an element that opened it; the element has `aria-haspopup` and gets the focus back. */
export function Menu({ anchor, open, setOpen, side = "bottom", align = "start", children }: Props) {
  return (
    <Base.Root open={open} onOpenChange={setOpen}>
      <Base.Portal container={anchor.closest<HTMLElement>("nav, main") ?? document.body}>
        <Base.Positioner
          anchor={anchor}
          side={side}
          align={align}
          sideOffset={4}
          className="z-50 outline-none"
        >
          <Base.Popup
            finalFocus={() => anchor}
            className="min-w-52 rounded-lg bg-raised p-1 shadow-raised outline-none transition-opacity duration-(--quick) data-starting-style:opacity-0"
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

type ItemProps = {
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  children: ReactNode;
};

export function MenuItem({ icon, onSelect, danger, disabled, children }: ItemProps) {
  return (
    <Base.Item
      onClick={onSelect}
      disabled={disabled ?? false}
      className={clsx(itemClass, danger && "text-bad")}
    >
      <span className={danger ? "" : "text-ink-3"}>{icon}</span>
      {children}
    </Base.Item>
  );
}

type ChoiceProps<T extends string> = {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon: ReactNode }[];
  onChange: (value: T) => void;
};

/** One of several, staying open while choosing. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)}>
      <Base.Group>
        <Base.GroupLabel className="caption px-2 pt-1.5 pb-0.5">{label}</Base.GroupLabel>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} closeOnClick={false} className={itemClass}>
            <span className="text-ink-3">{option.icon}</span>
            <span className="flex-1">{option.label}</span>
            <Base.RadioItemIndicator className="text-accent">✓</Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </Base.Group>
    </Base.RadioGroup>
  );
}

export function MenuLine() {
  return <Base.Separator className="my-1 h-px bg-line" />;
}
