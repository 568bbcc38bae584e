import type { ResourceEntry, ResourceType } from "@ade/core/resources/schema";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Boxes, Plus, SearchX } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { useRowKeys } from "#lib/row-keys.ts";
import { useUrlState } from "#lib/url-state.ts";
import { resourcePages } from "./queries.ts";
import { RESOURCE_TYPES } from "./resource-key.ts";
import { ResourceRow } from "./resource-row.tsx";
import { TabBar, totalText } from "./tab-bar.tsx";

const ResourceForm = onDemand(() => import("./resource-form.tsx").then((file) => file.ResourceForm));
const DeleteResource = onDemand(() => import("./delete-resource.tsx").then((file) => file.DeleteResource));

type ResourceDialog = { kind: "create" } | { kind: "edit" | "delete"; resource: ResourceEntry };

/** What risk is reckoned from: how critical each resource is, and what hangs on what. */
export function ResourcesTab() {
  const url = useUrlState();
  const search = url.text("q");
  const type: ResourceType | "" = RESOURCE_TYPES.find((each) => each === url.text("type")) ?? "";
  const query = useInfiniteQuery(resourcePages(search, type));
  const [dialog, setDialog] = useState<ResourceDialog | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const create = () => setDialog({ kind: "create" });
  const close = () => setDialog(null);
  useRowKeys(list);
  useKeys({ create });

  const resources = query.data?.pages.flatMap((page) => page.resources) ?? [];
  const pagination = query.data?.pages[0]?.pagination;

  return (
    <>
      <TabBar
        search={{ label: "Search resources", value: search, onChange: (q) => url.set({ q }) }}
        note={pagination && totalText(pagination.total, pagination.total_is_exact, "in the catalogue")}
      >
        <select
          aria-label="Type"
          value={type}
          onChange={(event) => url.set({ type: event.target.value })}
          className="field w-auto!"
        >
          <option value="">Any type</option>
          {RESOURCE_TYPES.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        <Button look="primary" onClick={create}>
          <Plus size={14} aria-hidden /> New resource{" "}
          <KeyOf of="create" className="border-current! text-current! opacity-70" />
        </Button>
      </TabBar>
      {query.data ? (
        resources.length > 0 ? (
          <div ref={list} className="card overflow-hidden">
            <div
              aria-hidden
              className="caption hidden h-8 items-center gap-4 border-b border-line bg-sunken px-4 @3xl:flex"
            >
              <span className="flex-1">Resource</span>
              <span className="w-36 shrink-0">Criticality</span>
              <span className="w-72 shrink-0">Depends on</span>
              <span className="w-8 shrink-0" />
            </div>
            <ul aria-label="Resources" className="divide-y divide-line">
              {resources.map((resource) => (
                <ResourceRow
                  key={resource.key}
                  resource={resource}
                  edit={() => setDialog({ kind: "edit", resource })}
                  remove={() => setDialog({ kind: "delete", resource })}
                />
              ))}
            </ul>
          </div>
        ) : search || type ? (
          <PageState
            icon={SearchX}
            title="No resource fits"
            action={<Button onClick={() => url.set({ q: null, type: null })}>Clear search and filter</Button>}
          >
            The search looks at keys and names.
          </PageState>
        ) : (
          <PageState
            icon={Boxes}
            title="The catalogue is empty"
            action={
              <Button look="primary" onClick={create}>
                Enter the first resource
              </Button>
            }
          >
            Without an entry a resource counts as critical as its type, and nothing is known to depend on it.
          </PageState>
        )
      ) : query.error ? (
        <ProblemState error={query.error} what="The catalogue" retry={() => void query.refetch()} />
      ) : (
        <SkeletonRows rows={8} className="card overflow-hidden" />
      )}
      {query.hasNextPage && (
        <div className="grid place-items-center pt-4">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
      {dialog?.kind === "delete" && <DeleteResource resource={dialog.resource} close={close} />}
      {dialog?.kind === "create" && <ResourceForm close={close} />}
      {dialog?.kind === "edit" && <ResourceForm resource={dialog.resource} close={close} />}
    </>
  );
}
