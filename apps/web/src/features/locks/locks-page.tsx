import type { Lock } from "@ade/core/locks/schema";
import { useQuery } from "@tanstack/react-query";
import { ShieldX } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { queries } from "#lib/queries.ts";
import { useMe } from "#lib/session.ts";
import { shellQueries } from "#lib/shell-queries.ts";
import { useUrlState } from "#lib/url-state.ts";
import { HeldTab } from "./held-tab.tsx";
import { LockTabs, TABS } from "./lock-tabs.tsx";
import { useNames } from "./use-names.ts";

const WaitsTab = onDemand(() => import("./waits-tab.tsx").then((file) => file.WaitsTab));
const DeadlocksTab = onDemand(() => import("./deadlocks-tab.tsx").then((file) => file.DeadlocksTab));
const loadKeyPanel = () => import("./key-panel.tsx");
const KeyPanel = onDemand(() => loadKeyPanel().then((file) => file.KeyPanel));
const ForceRelease = onDemand(() => import("./force-release.tsx").then((file) => file.ForceRelease));

const PANEL_AFTER_MS = 1500;

/** Who holds what, who waits for whom, and what became of those who waited for each other. */
export function LocksPage() {
  const me = useMe();
  const { isReady } = useUrlState();
  if (me && !me.roles.includes("admin")) {
    return (
      <>
        <PageBar title="Locks" />
        <PageState icon={ShieldX} title="Not for your role" role="alert">
          All locks are for admins to see. What one of your tasks waits for, and who holds that, is on the
          task's page.
        </PageState>
      </>
    );
  }
  if (me && isReady) return <LocksOfAll />;
  return (
    <>
      <PageBar title="Locks" />
      <SkeletonRows rows={16} />
    </>
  );
}

function LocksOfAll() {
  const url = useUrlState();
  const names = useNames();
  const [releasing, setReleasing] = useState<Lock | null>(null);
  const graph = useQuery(queries.lockGraph());
  // The list's first page, which it reads with this same query where it has no filter.
  const total = useQuery(queries.locks({}, "")).data?.pagination.total;
  const isStoreAway = useQuery(shellQueries.lockStatus()).data?.available === false;
  const tab = TABS.find(({ id }) => id === url.text("tab"))?.id ?? "held";
  const openKey = url.text("key");
  const { set } = url;
  const open = useRef(openKey);
  open.current = openKey;
  const onOpen = useCallback(
    (key: string) => set({ key: key === open.current ? null : key }, open.current ? "replace" : "push"),
    [set],
  );
  const close = useCallback(() => set({ key: null }), [set]);
  // Here before it is asked for, but after what the page begins with.
  useEffect(() => {
    const later = setTimeout(() => loadKeyPanel().catch(() => {}), PANEL_AFTER_MS);
    return () => clearTimeout(later);
  }, []);
  useKeys({ close: () => (openKey ? close() : false) });

  return (
    <>
      <PageBar
        title="Locks"
        note={
          <LockTabs
            current={tab}
            counts={{ held: total, waits: graph.data?.keys.length }}
            isAlarming={(graph.data?.cycles.length ?? 0) > 0}
            onChoose={(next) => set({ tab: next === "held" ? null : next }, "push")}
          />
        }
      />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          {tab === "held" && (
            <HeldTab
              url={url}
              names={names}
              isStoreAway={isStoreAway}
              openKey={openKey}
              onOpen={onOpen}
              onRelease={setReleasing}
            />
          )}
          {tab === "waits" && (
            <WaitsTab
              url={url}
              graph={graph}
              names={names}
              isStoreAway={isStoreAway}
              openKey={openKey}
              onOpen={onOpen}
            />
          )}
          {tab === "deadlocks" && <DeadlocksTab names={names} onOpen={onOpen} />}
        </div>
        {openKey && (
          <KeyPanel
            key={openKey}
            lockKey={openKey}
            names={names}
            close={close}
            onOpen={onOpen}
            onRelease={setReleasing}
          />
        )}
      </div>
      {releasing && (
        <ForceRelease
          lock={releasing}
          holder={names.nameOf(releasing.agent_id)}
          close={() => setReleasing(null)}
        />
      )}
    </>
  );
}
