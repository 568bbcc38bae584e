import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Bot, User } from "lucide-react";
import { ApiKeys } from "#features/account/api-keys.tsx";
import { queries } from "#lib/queries.ts";
import { useMe } from "#lib/session.ts";
import { useUrlState } from "#lib/url-state.ts";

type Holder = { id: string; name: string; note: string; kind: "agent" | "user" };

/** Whose keys there are: agents, which live by theirs, and people. Keys are made by their holder and revoked here. */
export function KeysTab() {
  const me = useMe();
  const url = useUrlState();
  const agents = useQuery(queries.agents());
  const people = useQuery(queries.users(""));
  const holders: Holder[] = [
    ...(agents.data?.agents ?? []).map(
      (agent): Holder => ({ id: agent.id, name: agent.name, note: `of ${agent.owner_name}`, kind: "agent" }),
    ),
    ...(people.data?.users ?? []).map(
      (user): Holder => ({
        id: user.id,
        name: user.name,
        note: user.active ? user.roles.join(", ") : "left",
        kind: "user",
      }),
    ),
  ];
  const chosen = url.text("who") || me?.id || "";
  const holder = holders.find(({ id }) => id === chosen);
  const choose = (id: string) => url.set({ who: id === me?.id ? null : id });

  return (
    <div className="flex gap-6 max-md:flex-col max-md:gap-4">
      <label className="flex flex-col gap-1 md:hidden">
        <span className="text-xs font-medium text-ink-2">Keys of</span>
        <select value={chosen} onChange={(event) => choose(event.target.value)} className="field">
          {(["agent", "user"] as const).map((kind) => (
            <optgroup key={kind} label={kind === "agent" ? "Agents" : "People"}>
              {holders
                .filter((each) => each.kind === kind)
                .map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </label>
      <nav aria-label="Holders of keys" className="w-60 shrink-0 max-md:hidden">
        {(["agent", "user"] as const).map((kind) => (
          <section key={kind} className="mb-4">
            <h2 className="caption mb-1 px-2">{kind === "agent" ? "Agents" : "People"}</h2>
            <ul>
              {holders
                .filter((each) => each.kind === kind)
                .map((each) => (
                  <li key={each.id}>
                    <button
                      type="button"
                      aria-current={each.id === chosen ? "true" : undefined}
                      onClick={() => choose(each.id)}
                      className={clsx(
                        "flex h-8 w-full items-center gap-2 rounded-md px-2 text-left",
                        each.id === chosen ? "bg-accent-soft font-medium text-accent" : "hover:bg-hover",
                      )}
                    >
                      {kind === "agent" ? <Bot size={14} aria-hidden /> : <User size={14} aria-hidden />}
                      <span className="min-w-0 flex-1 truncate">{each.name}</span>
                      <span className="max-w-24 truncate text-xs font-normal text-ink-3">{each.note}</span>
                    </button>
                  </li>
                ))}
              {kind === "agent" && agents.data?.agents.length === 0 && (
                <li className="px-2 text-ink-3">None yet</li>
              )}
            </ul>
          </section>
        ))}
      </nav>
      <div className="min-w-0 flex-1">
        {me && (chosen === me.id || holder) && (
          <ApiKeys
            key={chosen}
            {...(chosen !== me.id && holder && { holder })}
            title={chosen === me.id ? "Your keys" : `Keys of ${holder?.name ?? "…"}`}
          />
        )}
        <p className="mt-4 max-w-prose text-xs text-ink-3">
          A key is told once, to whoever makes it: people make theirs, an agent gets its first with its
          creation. What a key may do is never more than what its holder may. A revoked key stops working with
          the next request.
        </p>
      </div>
    </div>
  );
}
