import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Button } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { queries } from "#lib/queries.ts";
import { useRowKeys } from "#lib/row-keys.ts";
import { useMe } from "#lib/session.ts";
import { useUrlState } from "#lib/url-state.ts";
import { ExampleCards } from "./example-cards.tsx";
import { PoliciesEmpty, PoliciesSkeleton } from "./policies-empty.tsx";
import { policyExamples } from "./policy-examples.ts";
import { PolicyItem } from "./policy-item.tsx";

const PolicySheet = onDemand(() => import("./policy-sheet.tsx").then((file) => file.PolicySheet));
const DeletePolicy = onDemand(() => import("./delete-policy.tsx").then((file) => file.DeletePolicy));

/** No event tells of policies: what another admin changes arrives by reading again. */
const READ_AGAIN_MS = 15_000;
const NEW = "new";

/** Who is asked for what: every policy in words, and its form for admins. */
export function PoliciesPage() {
  const me = useMe();
  const url = useUrlState();
  const query = useQuery({ ...queries.policies(), refetchInterval: READ_AGAIN_MS });
  const people = useQuery(queries.users(""));
  const [deletingId, setDeletingId] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const isAdmin = me?.roles.includes("admin") ?? false;
  const openId = url.text("policy");
  const search = url.text("q");
  const create = isAdmin ? () => url.set({ policy: NEW }, "push") : undefined;
  const nameOf = (id: string) => people.data?.users.find((user) => user.id === id)?.name ?? "somebody";

  useRowKeys(list);
  useKeys({ create: () => (create ? create() : false) });

  const policies = query.data?.policies;
  const fitting = policies?.filter((policy) =>
    JSON.stringify(policy).toLowerCase().includes(search.toLowerCase()),
  );
  const chooseExample = isAdmin ? (id: string) => url.set({ policy: NEW, example: id }, "push") : undefined;
  const example = policyExamples(
    Intl.DateTimeFormat().resolvedOptions().timeZone,
    new Date().getFullYear(),
  ).find(({ id }) => id === url.text("example"));
  const open = policies?.find((policy) => policy.id === openId);
  const deleting = policies?.find((policy) => policy.id === deletingId);

  return (
    <>
      <PageBar title="Policies" note={policies && <span className="num text-ink-3">{policies.length}</span>}>
        <input
          type="search"
          aria-label="Search policies"
          placeholder="Search"
          defaultValue={search}
          onChange={(event) => url.set({ q: event.target.value.trim() })}
          className="field w-44! max-sm:w-36!"
        />
        {create && (
          <Button look="primary" onClick={create}>
            <Plus size={14} aria-hidden /> New policy{" "}
            <KeyOf of="create" className="border-current! text-current! opacity-70" />
          </Button>
        )}
      </PageBar>
      <div ref={list} className="@container min-h-0 flex-1 overflow-y-auto">
        <Resolved query={query} what="The policies" loading={<PoliciesSkeleton />}>
          {() =>
            fitting && fitting.length > 0 ? (
              <div className="mx-auto max-w-6xl p-4 max-sm:p-3">
                <ul aria-label="Policies" className="flex flex-col gap-2.5">
                  {fitting.map((policy) => (
                    <PolicyItem
                      key={policy.id}
                      policy={policy}
                      nameOf={nameOf}
                      open={() => url.set({ policy: policy.id }, "push")}
                      remove={isAdmin ? () => setDeletingId(policy.id) : undefined}
                    />
                  ))}
                </ul>
                <p className="mt-2.5 rounded-lg border border-dashed border-line-strong px-4 py-3 text-ink-2">
                  <span className="font-medium text-ink">Where several apply,</span> each has to be met.{" "}
                  <span className="font-medium text-ink">Where none applies,</span> any one reviewer but the
                  author decides.
                </p>
                {chooseExample && (
                  <details className="mt-4">
                    <summary className="mb-2 w-fit font-medium text-ink-2 hover:text-ink">
                      Start from an example
                    </summary>
                    <ExampleCards choose={chooseExample} />
                  </details>
                )}
              </div>
            ) : (
              <PoliciesEmpty search={search} create={create} choose={chooseExample} />
            )
          }
        </Resolved>
      </div>
      {me && policies && (openId === NEW ? isAdmin : open) && (
        <PolicySheet
          key={openId}
          policy={open}
          example={openId === NEW ? example?.rules : undefined}
          readOnly={!isAdmin}
          nameOf={nameOf}
          close={() => url.set({ policy: null, example: null })}
          remove={isAdmin && open ? () => setDeletingId(open.id) : undefined}
        />
      )}
      {deleting && (
        <DeletePolicy
          policy={deleting}
          close={() => setDeletingId(null)}
          done={() => openId === deleting.id && url.set({ policy: null })}
        />
      )}
    </>
  );
}
