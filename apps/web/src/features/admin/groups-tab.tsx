import type { UserEntry } from "@ade/core/identity/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Users, X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { queries } from "#lib/queries.ts";
import { READ_AGAIN_MS } from "./queries.ts";
import { TabBar } from "./tab-bar.tsx";

const GroupForm = onDemand(() => import("./group-form.tsx").then((file) => file.GroupForm));

/** Groups are what policies ask; each with its members, who come and go here. */
export function GroupsTab() {
  const client = useQueryClient();
  const groups = useQuery({ ...queries.groups(), refetchInterval: READ_AGAIN_MS });
  const people = useQuery({ ...queries.users(""), refetchInterval: READ_AGAIN_MS });
  const [adding, setAdding] = useState<{ group: string } | null>(null);
  useKeys({ create: () => setAdding({ group: "" }) });

  const take = async (user: UserEntry, group: string, isBack = false) => {
    const rest = user.groups.filter((name) => name !== group);
    try {
      await api.users.update.mutate({ id: user.id, groups: isBack ? [...rest, group] : rest });
      if (!isBack) {
        toast({
          text: `${user.name} is no longer in ${group}`,
          action: { label: "Undo", run: () => void take(user, group, true) },
        });
      }
    } catch (error) {
      toastProblem(`${user.name} was not changed`, error);
    }
    void client.invalidateQueries({ queryKey: ["users"] });
    void client.invalidateQueries({ queryKey: ["groups"] });
  };

  return (
    <>
      <TabBar note="Policies ask groups; a person may be in several.">
        <Button look="primary" onClick={() => setAdding({ group: "" })}>
          <Plus size={14} aria-hidden /> New group
        </Button>
      </TabBar>
      <Resolved
        query={groups}
        what="The groups"
        loading={<SkeletonRows rows={4} className="card overflow-hidden" />}
      >
        {({ groups: all }) =>
          all.length === 0 ? (
            <PageState icon={Users} title="No groups yet">
              A group is made with its first member. Then policies can ask it: “one approval from security”.
            </PageState>
          ) : (
            <ul
              aria-label="Groups"
              className="grid grid-cols-[repeat(auto-fill,minmax(min(19rem,100%),1fr))] items-start gap-3"
            >
              {all.map((group) => {
                const members = people.data?.users.filter((user) => user.groups.includes(group.name)) ?? [];
                return (
                  <li key={group.id} className="card overflow-hidden">
                    <div className="flex h-11 items-center gap-2 border-b border-line pr-2 pl-3.5">
                      <h2 className="min-w-0 truncate text-base font-semibold">{group.name}</h2>
                      <span className="num text-xs text-ink-3">{group.members}</span>
                      <Button
                        size="small"
                        look="quiet"
                        aria-label={`Add to ${group.name}`}
                        onClick={() => setAdding({ group: group.name })}
                        className="ml-auto max-sm:h-9"
                      >
                        <Plus size={13} aria-hidden /> Add
                      </Button>
                    </div>
                    <ul aria-label={`Members of ${group.name}`} className="py-1">
                      {members.map((user) => (
                        <li
                          key={user.id}
                          className="group/member flex min-h-8 items-center gap-2 pr-2 pl-3.5"
                        >
                          <span className="min-w-0 flex-1 truncate">
                            {user.name}
                            {!user.active && <span className="text-ink-3"> (left)</span>}
                          </span>
                          <span className="text-xs text-ink-3">{user.roles.join(", ")}</span>
                          <IconButton
                            size="small"
                            acts
                            label={`Take ${user.name} out of ${group.name}`}
                            onClick={() => void take(user, group.name)}
                          >
                            <X size={13} aria-hidden />
                          </IconButton>
                        </li>
                      ))}
                      {members.length === 0 && (
                        <li className="px-3.5 py-1.5 text-ink-3">
                          {people.data ? "Nobody. A policy that asks it cannot be met." : "…"}
                        </li>
                      )}
                    </ul>
                  </li>
                );
              })}
            </ul>
          )
        }
      </Resolved>
      {adding && <GroupForm group={adding.group} close={() => setAdding(null)} />}
    </>
  );
}
