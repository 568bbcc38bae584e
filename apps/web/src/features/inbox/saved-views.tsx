import type { SavedView } from "@ade/core/preferences/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Bookmark, BookmarkPlus, Check as CheckSign, Link2, Trash2, Users } from "lucide-react";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { Check } from "#components/ui/check.tsx";
import { TextRow } from "#components/ui/field-row.tsx";
import { Menu, MenuItem, MenuLine } from "#components/ui/menu.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { queries } from "#lib/queries.ts";
import { useCommand } from "#lib/use-command.ts";

type Query = SavedView["query"];
type Props = {
  anchor: HTMLElement;
  /** Section and filters as they stand in the address now. */
  current: Query;
  apply: (query: Query) => void;
  /** Asks for the name under which this view is kept. */
  keep: () => void;
  close: () => void;
};

/** Sections and filters under a name: one's own, and those that others share. */
export function SavedViews({ anchor, current, apply, keep, close }: Props) {
  const client = useQueryClient();
  const views = useQuery(queries.savedViews("inbox")).data?.views ?? [];
  const here = views.find(({ query }) => isSame(query, current));
  const remove = async (view: SavedView) => {
    try {
      await api.views.saved.remove.mutate({ id: view.id });
      toast({ text: `The view “${view.name}” is gone` });
    } catch (error) {
      toastProblem("The view was not removed", error);
    }
    await client.invalidateQueries({ queryKey: ["saved_views"] });
  };
  const copy = () =>
    void navigator.clipboard.writeText(location.href).then(
      () => toast({ text: "The address of this view is copied" }),
      () => toast({ tone: "bad", text: "The browser did not let us copy; the address bar has it" }),
    );
  return (
    <Menu anchor={anchor} open setOpen={(open) => !open && close()} align="end">
      {views.length === 0 && (
        <p className="max-w-60 px-2 py-1.5 text-xs text-ink-3">
          No views yet. Choose a section and filters, then keep them under a name.
        </p>
      )}
      {views.map((view) => (
        <MenuItem
          key={view.id}
          icon={
            view === here ? (
              <CheckSign size={14} role="img" aria-label="Shown now" className="text-accent" />
            ) : view.mine ? (
              <Bookmark size={14} aria-hidden />
            ) : (
              <Users size={14} aria-hidden />
            )
          }
          onSelect={() => apply(view.query)}
        >
          <span className="flex-1">{view.name}</span>
          {!view.mine && <span className="pl-3 text-xs text-ink-3">{view.owner_name}</span>}
          {view.mine && view.shared && <span className="pl-3 text-xs text-ink-3">shared</span>}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon={<BookmarkPlus size={14} aria-hidden />} onSelect={keep}>
        Keep this view…
      </MenuItem>
      <MenuItem icon={<Link2 size={14} aria-hidden />} onSelect={copy}>
        Copy its address
      </MenuItem>
      {here?.mine && (
        <MenuItem danger icon={<Trash2 size={14} aria-hidden />} onSelect={() => void remove(here)}>
          Remove “{here.name}”
        </MenuItem>
      )}
    </Menu>
  );
}

type NameProps = Pick<Props, "current" | "close">;

/** Asks for the name under which section and filters are kept, and whether everybody is to find them. */
export function KeepView({ current, close }: NameProps) {
  const known = useQuery(queries.savedViews("inbox")).data?.views ?? [];
  const here = known.find(({ mine, query }) => mine && isSame(query, current));
  const client = useQueryClient();
  const [name, setName] = useState(here?.name ?? "");
  const [shared, setShared] = useState(false);
  const replaces = known.some((view) => view.mine && view.name === name.trim());
  const command = useCommand(
    () => api.views.saved.save.mutate({ page: "inbox", name: name.trim(), query: current, shared }),
    (view) => {
      toast({
        text: `Kept as “${view.name}”`,
        detail: shared ? "Everybody finds it in the menu." : undefined,
      });
      void client.invalidateQueries({ queryKey: ["saved_views"] });
      close();
    },
  );
  return (
    <FormDialog
      title="Keep this view"
      description="Section and filters as they are now."
      command={command}
      submit={{
        label: replaces ? "Replace" : "Keep",
        isReady: name.trim() !== "",
        run: () => void command.send(),
      }}
      close={close}
    >
      <TextRow
        label="Name"
        error={command.issueOf("name")}
        hint={replaces ? "Replaces your view of this name." : undefined}
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.target.value)}
        placeholder="High risk, due today"
      />
      <Check
        checked={shared}
        onChange={setShared}
        label="Share it"
        hint="Everybody finds it in their menu; only you can change it."
      />
    </FormDialog>
  );
}

function isSame(one: Query, other: Query): boolean {
  const text = (query: Query) => JSON.stringify(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)));
  return text(one) === text(other);
}
