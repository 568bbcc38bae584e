import type { UserEntry } from "@ade/core/identity/schema";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Plus, SearchX } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { queries } from "#lib/queries.ts";
import { useRowKeys } from "#lib/row-keys.ts";
import { useUrlState } from "#lib/url-state.ts";
import { userPages } from "./queries.ts";
import { ROLES } from "./role-choice.tsx";
import { TabBar, totalText } from "./tab-bar.tsx";
import { type UserAct, UserRow } from "./user-row.tsx";

const UserDialogs = onDemand(() => import("./user-dialogs.tsx").then((file) => file.UserDialogs));

export type UserDialog = { kind: "create" } | { kind: UserAct; user: UserEntry };

/** Everybody who may sign in, and those who left. */
export function UsersTab() {
  const url = useUrlState();
  const filter = {
    search: url.text("q"),
    role: ROLES.find(({ id }) => id === url.text("role"))?.id ?? ("" as const),
    group: url.text("group"),
  };
  const query = useInfiniteQuery(userPages(filter));
  const everybody = useQuery(queries.users(""));
  const groups = useQuery(queries.groups());
  const [dialog, setDialog] = useState<UserDialog | null>(null);
  const list = useRef<HTMLDivElement>(null);
  useRowKeys(list);
  useKeys({ create: () => setDialog({ kind: "create" }) });

  const users = query.data?.pages.flatMap((page) => page.users) ?? [];
  const pagination = query.data?.pages[0]?.pagination;
  const nameOf = (id: string) => everybody.data?.users.find((user) => user.id === id)?.name;

  return (
    <>
      <TabBar
        search={{ label: "Search people", value: filter.search, onChange: (q) => url.set({ q }) }}
        note={
          pagination &&
          totalText(pagination.total, pagination.total_is_exact, pagination.total === 1 ? "person" : "people")
        }
      >
        <select
          aria-label="Role"
          value={filter.role}
          onChange={(event) => url.set({ role: event.target.value })}
          className="field w-auto!"
        >
          <option value="">Any role</option>
          {ROLES.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <select
          aria-label="Group"
          value={filter.group}
          onChange={(event) => url.set({ group: event.target.value })}
          className="field w-auto! max-w-40"
        >
          <option value="">Any group</option>
          {groups.data?.groups.map(({ id, name }) => (
            <option key={id} value={name}>
              {name}
            </option>
          ))}
        </select>
        <Button look="primary" onClick={() => setDialog({ kind: "create" })}>
          <Plus size={14} aria-hidden /> New person{" "}
          <KeyOf of="create" className="border-current! text-current! opacity-70" />
        </Button>
      </TabBar>
      {query.data ? (
        users.length > 0 ? (
          <div ref={list} className="card overflow-hidden">
            <div
              aria-hidden
              className="caption hidden h-8 items-center gap-4 border-b border-line bg-sunken px-4 @3xl:flex"
            >
              <span className="flex-1">Person</span>
              <span className="w-44 shrink-0">Roles</span>
              <span className="w-44 shrink-0">Groups</span>
              <span className="w-36 shrink-0">Manager</span>
              <span className="w-8 shrink-0" />
            </div>
            <ul aria-label="People" className="divide-y divide-line">
              {users.map((user) => (
                <UserRow
                  key={user.id}
                  user={user}
                  manager={user.manager_id ? (nameOf(user.manager_id) ?? "…") : null}
                  act={(kind) => setDialog({ kind, user })}
                />
              ))}
            </ul>
          </div>
        ) : (
          <PageState
            icon={SearchX}
            title="Nobody fits"
            action={
              <Button onClick={() => url.set({ q: null, role: null, group: null })}>
                Clear search and filters
              </Button>
            }
          >
            The search looks at names and addresses.
          </PageState>
        )
      ) : query.error ? (
        <ProblemState error={query.error} what="The people" retry={() => void query.refetch()} />
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
      {dialog && <UserDialogs dialog={dialog} close={() => setDialog(null)} />}
    </>
  );
}
