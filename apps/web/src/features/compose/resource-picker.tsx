import type { ResourceEntry, ResourceRef } from "@ade/core/resources/schema";
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Plus, X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { queries } from "#lib/queries.ts";

const TYPES = [
  "database",
  "service",
  "infrastructure",
  "configuration",
  "secret",
  "network",
  "storage",
  "agent",
] as const;
const ACTIONS = ["read", "write", "delete", "execute"] as const;

type Offer = Pick<ResourceEntry, "type" | "namespace" | "id"> & {
  key: string;
  name: string | null;
  criticality: number | null;
  free?: true;
};
type Props = {
  resources: readonly ResourceRef[];
  /** Keys that it touches without saying so, as the server found. */
  undeclared: readonly string[];
  error: string | undefined;
  onChange: (resources: ResourceRef[]) => void;
};

export const keyOf = (resource: Pick<ResourceRef, "type" | "namespace" | "id">) =>
  `${resource.type}:${resource.namespace ?? "default"}/${resource.id}`;

/** `type:namespace/id` or `type:id` as typed, or null while it is not one. */
function parseKey(text: string): Offer | null {
  const [, type, namespace = "default", id] = /^(\w+):(?:([^/]+)\/)?(.+)$/.exec(text.trim()) ?? [];
  const known = TYPES.find((each) => each === type);
  return known && id
    ? { type: known, namespace, id, key: `${known}:${namespace}/${id}`, name: null, criticality: null }
    : null;
}

/** What the change touches: from the catalogue, or spelled out. */
export function ResourcePicker({ resources, undeclared, error, onChange }: Props) {
  const [search, setSearch] = useState("");
  const found = useQuery(queries.resources(useDeferredValue(search.trim())));
  const chosen = new Set(resources.map(keyOf));
  const typed = parseKey(search);
  const offers: Offer[] = (found.data?.resources ?? []).filter(({ key }) => !chosen.has(key));
  if (typed && !chosen.has(typed.key) && !offers.some(({ key }) => key === typed.key))
    offers.unshift({ ...typed, free: true });
  const add = (offer: Offer) =>
    onChange([
      ...resources,
      { type: offer.type, namespace: offer.namespace, id: offer.id, scope: "namespace", actions: ["write"] },
    ]);
  const change = (place: number, next: Partial<ResourceRef>) =>
    onChange(resources.map((resource, at) => (at === place ? { ...resource, ...next } : resource)));

  return (
    <div className="flex flex-col gap-2">
      {resources.length > 0 && (
        <ul className="card divide-y divide-line">
          {resources.map((resource, place) => (
            <li
              key={keyOf(resource)}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5 pr-1.5 pl-3"
            >
              <span className="min-w-40 flex-1 font-mono text-xs break-all">{keyOf(resource)}</span>
              <fieldset aria-label={`Actions on ${keyOf(resource)}`} className="flex gap-0.5">
                {ACTIONS.map((action) => {
                  const on = resource.actions.includes(action);
                  return (
                    <button
                      key={action}
                      type="button"
                      aria-pressed={on}
                      onClick={() =>
                        change(place, {
                          actions: on
                            ? resource.actions.filter((each) => each !== action)
                            : [...resource.actions, action],
                        })
                      }
                      className={clsx(
                        "h-6 rounded-sm border px-1.5 text-2xs font-medium",
                        on
                          ? "border-accent-line bg-accent-soft text-accent"
                          : "border-transparent text-ink-3 hover:text-ink",
                      )}
                    >
                      {action}
                    </button>
                  );
                })}
              </fieldset>
              <IconButton
                label={`Remove ${keyOf(resource)}`}
                size="small"
                onClick={() => onChange(resources.filter((_, at) => at !== place))}
              >
                <X size={14} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <Combobox
        label="Add a resource"
        placeholder="Search the catalogue, or type as database:prod/orders"
        items={offers}
        textOf={(offer) => offer.key}
        search={search}
        onSearch={setSearch}
        onChoose={add}
        error={error}
        empty="Not in the catalogue. Spell it as type:namespace/id."
      >
        {(offer) => (
          <>
            {offer.free && <Plus size={14} aria-hidden className="text-accent" />}
            <span className="min-w-0 flex-1 truncate font-mono text-xs">{offer.key}</span>
            <span className="truncate text-xs text-ink-3">{offer.free ? "as typed" : offer.name}</span>
            {offer.criticality !== null && (
              <span className="num text-xs text-ink-3">{offer.criticality}</span>
            )}
          </>
        )}
      </Combobox>
      {undeclared.map((key) => {
        const offer = parseKey(key);
        return (
          offer && (
            <p key={key} className="flex flex-wrap items-center gap-x-2 text-xs text-warn">
              It also touches <code>{key}</code>
              <button type="button" className="link min-h-6" onClick={() => add(offer)}>
                Declare it
              </button>
            </p>
          )
        );
      })}
    </div>
  );
}
