import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { ChipsRow } from "#components/ui/chips-row.tsx";
import { Field } from "#components/ui/field.tsx";
import { queries } from "#lib/queries.ts";
import type { Me } from "#lib/session.ts";
import type { TraceDraft } from "./trace-input.ts";

type Props = {
  draft: TraceDraft;
  change: (change: Partial<TraceDraft>) => void;
  me: Me;
  /** False while the resource cannot be read as one. */
  isReadable: boolean;
  types: readonly string[];
  keys: readonly string[];
};

/** The change to try: its type, what it touches, how risky it is, and by whom and when. */
export function TraceForm({ draft, change, me, isReadable, types, keys }: Props) {
  const id = useId();
  const people = useQuery(queries.users(""));
  const users = (people.data?.users ?? []).filter(({ active }) => active);
  const isAdmin = me.roles.includes("admin");
  const person = (name: "owner" | "author", none: string) => (parts: { id: string }) => (
    <select
      {...parts}
      value={draft[name]}
      onChange={(event) => change({ [name]: event.target.value })}
      className="field"
    >
      <option value="">{none}</option>
      {users
        .filter((user) => name === "author" || user.id !== me.id)
        .map((user) => (
          <option key={user.id} value={user.id}>
            {user.name}
          </option>
        ))}
    </select>
  );
  return (
    <div className="grid grid-cols-2 gap-3 p-4 @max-sm:grid-cols-1">
      {isAdmin && (
        <Field label="A request to" className="col-span-full">
          {person("owner", `${me.name} (you)`)}
        </Field>
      )}
      <Field label="Task type">
        {(parts) => (
          <>
            <input
              {...parts}
              list={`${id}types`}
              autoComplete="off"
              spellCheck={false}
              value={draft.type}
              onChange={(event) => change({ type: event.target.value })}
              className="field font-mono text-xs"
            />
            <datalist id={`${id}types`}>
              {types.map((type) => (
                <option key={type} value={type} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field
        label="Resource"
        error={isReadable ? undefined : "Write it as type:namespace/id, with one of the seven types."}
      >
        {(parts) => (
          <>
            <input
              {...parts}
              list={`${id}keys`}
              autoComplete="off"
              spellCheck={false}
              value={draft.resource}
              onChange={(event) => change({ resource: event.target.value })}
              className="field font-mono text-xs"
            />
            <datalist id={`${id}keys`}>
              {keys.map((key) => (
                <option key={key} value={key} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label={`Risk ${draft.risk}`}>
        {(parts) => (
          <input
            {...parts}
            type="range"
            min={0}
            max={100}
            value={draft.risk}
            onChange={(event) => change({ risk: Number(event.target.value) })}
            className="h-7.5 w-full accent-accent"
          />
        )}
      </Field>
      <ChipsRow
        label="Tags"
        optional
        value={draft.tags}
        onChange={(tags) => change({ tags })}
        placeholder="None"
      />
      <Field label="Made by" optional>
        {person("author", "Somebody else")}
      </Field>
      <Field label="At" optional>
        {(parts) => (
          <input
            {...parts}
            type="datetime-local"
            value={draft.at}
            onChange={(event) => change({ at: event.target.value })}
            className="field num"
          />
        )}
      </Field>
    </div>
  );
}
