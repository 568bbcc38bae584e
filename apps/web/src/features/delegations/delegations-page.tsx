import type { DelegationEntry } from "@ade/core/delegations/schema";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Button } from "#components/ui/button.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { queries } from "#lib/queries.ts";
import { useRowKeys } from "#lib/row-keys.ts";
import { useMe } from "#lib/session.ts";
import { useUrlState } from "#lib/url-state.ts";
import { DelegationItem } from "./delegation-item.tsx";
import { DelegationsEmpty, DelegationsSkeleton } from "./delegations-empty.tsx";
import { TraceCard } from "./trace-card.tsx";

const DelegationSheet = onDemand(() => import("./delegation-sheet.tsx").then((file) => file.DelegationSheet));
const DeleteDelegation = onDemand(() =>
  import("./delete-delegation.tsx").then((file) => file.DeleteDelegation),
);

const NEW = "new";

/** Who answers in whose place: one's own, those that come to one, for admins all; and where a request would go. */
export function DelegationsPage() {
  const me = useMe();
  const url = useUrlState();
  const isAdmin = me?.roles.includes("admin") ?? false;
  const query = useQuery({ ...queries.delegations(isAdmin ? "all" : "both"), enabled: me !== undefined });
  const [deletingId, setDeletingId] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const openId = url.text("delegation");
  const create = () => url.set({ delegation: NEW }, "push");

  useRowKeys(list);
  useKeys({ create });

  const all = query.data?.policies;
  const isMine = ({ owner_id }: DelegationEntry) => owner_id === me?.id;
  const comesToMe = ({ delegate_to }: DelegationEntry) => delegate_to === me?.id;
  const mine = all?.filter(isMine) ?? [];
  const toMe = all?.filter(comesToMe) ?? [];
  const ofOthers = all?.filter((each) => !isMine(each) && !comesToMe(each)) ?? [];
  const mayWrite = (each: DelegationEntry) => isAdmin || isMine(each);
  const open = all?.find((each) => each.id === openId && mayWrite(each));
  const deleting = all?.find((each) => each.id === deletingId);
  const items = (of: readonly DelegationEntry[]) => (
    <ul className="flex flex-col gap-2.5">
      {of.map((each) => (
        <DelegationItem
          key={each.id}
          delegation={each}
          me={me?.id ?? ""}
          open={mayWrite(each) ? () => url.set({ delegation: each.id }, "push") : undefined}
          remove={mayWrite(each) ? () => setDeletingId(each.id) : undefined}
        />
      ))}
    </ul>
  );

  return (
    <>
      <PageBar title="Delegations" note={all && <span className="num text-ink-3">{all.length}</span>}>
        <Button look="primary" onClick={create}>
          <Plus size={14} aria-hidden /> New delegation{" "}
          <Kbd keys="n" className="border-current! text-current! opacity-70" />
        </Button>
      </PageBar>
      <div ref={list} className="@container min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid max-w-6xl items-start gap-4 p-4 max-sm:p-3 @4xl:grid-cols-[minmax(0,1fr)_minmax(0,34rem)]">
          <div className="flex min-w-0 flex-col gap-5">
            <Resolved query={query} what="The delegations" loading={<DelegationsSkeleton />}>
              {() => (
                <>
                  <Section title="You delegate" note="They answer, and it counts for you.">
                    {mine.length > 0 ? items(mine) : <DelegationsEmpty create={create} />}
                  </Section>
                  {toMe.length > 0 && (
                    <Section title="Delegated to you" note="You are asked in their place.">
                      {items(toMe)}
                    </Section>
                  )}
                  {ofOthers.length > 0 && <Section title="Between others">{items(ofOthers)}</Section>}
                </>
              )}
            </Resolved>
          </div>
          {me && <TraceCard me={me} />}
        </div>
      </div>
      {me && all && (openId === NEW || open) && (
        <DelegationSheet
          key={openId}
          delegation={open}
          me={me}
          close={() => url.set({ delegation: null })}
          remove={open && (() => setDeletingId(open.id))}
        />
      )}
      {deleting && (
        <DeleteDelegation
          delegation={deleting}
          close={() => setDeletingId(null)}
          done={() => openId === deleting.id && url.set({ delegation: null })}
        />
      )}
    </>
  );
}

function Section({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-2 flex flex-wrap items-baseline gap-x-2 font-semibold">
        {title} {note && <span className="text-xs font-normal text-ink-3">{note}</span>}
      </h2>
      {children}
    </section>
  );
}
