import type { UserEntry } from "@ade/core/identity/schema";
import { Combobox as Base } from "@base-ui/react/combobox";
import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { queries } from "#lib/queries.ts";

type Props = {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
  value: UserEntry | null;
  onChange: (person: UserEntry | null) => void;
  /** People who are not offered. */
  without?: ReadonlySet<string>;
  /** Also those who review nothing. */
  anyRole?: boolean;
  placeholder?: string;
};

/** One person, found by name or address; as a rule one who reviews. Enter takes the one that is marked. */
export function PersonPicker(props: Props) {
  const { value, onChange, without, anyRole, placeholder = "Name or address", ...parts } = props;
  const [typed, setTyped] = useState(value?.name ?? "");
  const text = value && typed === value.name ? "" : typed.trim();
  const search = useDeferredValue(text);
  const found = useQuery(queries.users(search));
  const people = (found.data?.users ?? []).filter(
    (person) =>
      person.active &&
      !without?.has(person.id) &&
      (anyRole || person.roles.includes("reviewer") || person.roles.includes("admin")) &&
      isMeant(person, text),
  );
  return (
    <Base.Root<UserEntry>
      items={people}
      filter={null}
      autoHighlight
      value={value}
      onValueChange={onChange}
      inputValue={typed}
      onInputValueChange={setTyped}
      itemToStringLabel={({ name }) => name}
      isItemEqualToValue={(one, other) => one.id === other.id}
    >
      <Base.Input {...parts} placeholder={placeholder} autoComplete="off" className="field" />
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50 outline-none">
          <Base.Popup className="max-h-64 w-(--anchor-width) overflow-y-auto rounded-lg bg-raised p-1 shadow-raised outline-none">
            <Base.Empty className="px-2 py-1.5 text-ink-3 empty:hidden">
              {found.isFetching
                ? "Looking…"
                : anyRole
                  ? "Nobody goes by that name."
                  : "Nobody who reviews goes by that name."}
            </Base.Empty>
            <Base.List>
              {(person: UserEntry) => (
                <Base.Item
                  key={person.id}
                  value={person}
                  className="flex min-h-9 cursor-default items-center gap-2 rounded-sm px-2 outline-none select-none data-highlighted:bg-hover"
                >
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium">{person.name}</span>
                    <span className="block truncate text-xs text-ink-3">
                      {[...person.roles, ...person.groups].join(", ")}
                    </span>
                  </span>
                  <Base.ItemIndicator className="text-accent">
                    <Check size={13} aria-hidden />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** As the server finds people. What it found for fewer letters must not be taken for what was typed since. */
function isMeant({ name, email }: UserEntry, text: string): boolean {
  return [name, email].some((each) => each.toLowerCase().includes(text.toLowerCase()));
}
