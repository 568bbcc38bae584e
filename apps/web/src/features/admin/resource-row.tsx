import type { ResourceEntry } from "@ade/core/resources/schema";
import { Pencil, Trash2 } from "lucide-react";
import { MoreMenu } from "#components/more-menu.tsx";
import { MenuItem } from "#components/ui/menu.tsx";
import { Criticality } from "./criticality.tsx";

type Props = { resource: ResourceEntry; edit: () => void; remove: () => void };

/** One entry of the catalogue; its key opens the form. */
export function ResourceRow({ resource, edit, remove }: Props) {
  const { key, name, criticality, depends_on } = resource;
  return (
    <li className="relative flex items-center gap-x-4 gap-y-2 px-4 py-1.5 hover:bg-hover max-sm:flex-wrap max-sm:py-3">
      <div className="min-w-0 flex-1 max-sm:pr-10 max-sm:basis-full">
        <button
          type="button"
          data-row
          aria-haspopup="dialog"
          onClick={edit}
          className="max-w-full truncate text-left font-mono text-xs font-medium after:absolute after:inset-0 focus-visible:outline-none! focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-accent max-sm:break-all max-sm:whitespace-normal"
        >
          {key}
        </button>
        <p className="truncate text-xs text-ink-3">{name ?? "No name"}</p>
      </div>
      <Criticality value={criticality} className="w-36 shrink-0 max-sm:order-last max-sm:w-full" />
      <p
        className="w-72 shrink-0 truncate text-xs text-ink-2 max-sm:order-last max-sm:w-full"
        title={depends_on.length > 0 ? depends_on.join("\n") : undefined}
      >
        {depends_on.length > 0 ? (
          <>
            <span className="text-ink-3 @3xl:sr-only">depends on </span>
            <span className="font-mono text-2xs">{depends_on.join(", ")}</span>
          </>
        ) : (
          <span className="text-ink-3">
            <span className="@3xl:sr-only">depends on </span>nothing
          </span>
        )}
      </p>
      <span className="relative w-8 shrink-0 max-sm:absolute! max-sm:top-2 max-sm:right-3">
        <MoreMenu label={`More for ${key}`}>
          <MenuItem icon={<Pencil size={14} aria-hidden />} onSelect={edit}>
            Edit…
          </MenuItem>
          <MenuItem icon={<Trash2 size={14} aria-hidden />} danger onSelect={remove}>
            Delete…
          </MenuItem>
        </MoreMenu>
      </span>
    </li>
  );
}
