import { Tabs as Base } from "@base-ui/react/tabs";
import clsx from "clsx";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type Tab = { id: string; name: string; icon?: LucideIcon; note?: ReactNode };
type Props = {
  /** What the tabs are parts of, for those who don't see them. */
  label: string;
  tabs: readonly Tab[];
  value: string;
  onChange: (id: string) => void;
  /** `page`: under the page's bar and as high as the page; `part`: inside of it. */
  form?: "page" | "part";
  /** The chosen tab's content. */
  children: ReactNode;
};

/** Parts of a page, one of them at a time; arrows move between their names. */
export function Tabs({ label, tabs, value, onChange, form = "page", children }: Props) {
  const isPage = form === "page";
  return (
    <Base.Root
      value={value}
      onValueChange={(id: string) => onChange(id)}
      className={clsx("flex flex-col", isPage && "min-h-0 flex-1")}
    >
      <Base.List
        aria-label={label}
        className={clsx(
          "flex shrink-0 gap-1 overflow-x-auto border-b border-line",
          isPage ? "bg-surface px-3" : "-mx-1",
        )}
      >
        {tabs.map(({ id, name, icon: Icon, note }) => (
          <Base.Tab
            key={id}
            value={id}
            className="flex h-10 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2 font-medium text-ink-2 -outline-offset-2! hover:text-ink aria-selected:border-accent aria-selected:text-ink max-sm:h-11"
          >
            {Icon && <Icon size={14} aria-hidden className="max-sm:hidden" />} {name} {note}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map(({ id }) => (
        <Base.Panel
          key={id}
          value={id}
          className={clsx("-outline-offset-2!", isPage && "min-h-0 flex-1 overflow-y-auto")}
        >
          {id === value && children}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
