import { useQuery } from "@tanstack/react-query";
import { UserRoundCheck } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "#components/ui/button.tsx";
import { Check } from "#components/ui/check.tsx";
import { ChipPicker, type Choice } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { queries } from "#lib/queries.ts";
import type { Me } from "#lib/session.ts";
import type { Command } from "#lib/use-command.ts";
import type { DelegationDraft } from "./delegation-draft.ts";

type Props = {
  draft: DelegationDraft;
  change: (change: Partial<DelegationDraft>) => void;
  command: Pick<Command, "issueOf">;
  me: Me;
  isNew: boolean;
};
type ListName = {
  [K in keyof DelegationDraft]: DelegationDraft[K] extends string[] ? K : never;
}[keyof DelegationDraft];

/** Who, for what, how long, and what happens behind. */
export function DelegationFields({ draft, change, command: { issueOf }, me, isNew }: Props) {
  const people = useQuery(queries.users(""));
  const executors = useQuery(queries.executors());
  const users = people.data?.users ?? [];
  const managerId = users.find(({ id }) => id === draft.owner_id)?.manager_id;
  const manager = users.find(({ id, active }) => id === managerId && active);
  const delegates = users.filter(
    ({ id, active }) => id !== draft.owner_id && (active || id === draft.delegate_to),
  );
  const delegate = users.find(({ id }) => id === draft.delegate_to);
  const typeChoices = (executors.data?.executors ?? []).map(
    ({ type }): Choice => ({ value: type, label: type }),
  );
  const patterns = (name: ListName, placeholder: string, choices: readonly Choice[] = []) => {
    return (parts: { id: string }) => (
      <ChipPicker
        {...parts}
        free
        isCode
        value={draft[name]}
        onChange={(value) => change({ [name]: value })}
        choices={choices}
        placeholder={placeholder}
      />
    );
  };

  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-col gap-3">
        {isNew && me.roles.includes("admin") && (
          <Field label="Whose requests" error={issueOf("owner_id")}>
            {(parts) => (
              <select
                {...parts}
                value={draft.owner_id}
                onChange={(event) => change({ owner_id: event.target.value })}
                className="field"
              >
                {users
                  .filter(({ active, id }) => active || id === me.id)
                  .map(({ id, name }) => (
                    <option key={id} value={id}>
                      {id === me.id ? `${name} (you)` : name}
                    </option>
                  ))}
              </select>
            )}
          </Field>
        )}
        <Field
          label="Who answers"
          hint="They are asked instead, and their answer counts for the one who was named."
          error={issueOf("delegate_to")}
        >
          {(parts) => (
            <select
              {...parts}
              value={draft.delegate_to}
              onChange={(event) => change({ delegate_to: event.target.value })}
              className="field"
            >
              <option value="">Choose somebody</option>
              {delegates.map(({ id, name, roles }) => (
                <option key={id} value={id}>
                  {roles.some((role) => role !== "author") ? name : `${name} (may not review)`}
                </option>
              ))}
            </select>
          )}
        </Field>
        {manager && (
          <Button
            onClick={() => change({ delegate_to: manager.id })}
            aria-pressed={draft.delegate_to === manager.id}
            className="self-start"
          >
            <UserRoundCheck size={14} aria-hidden className="text-accent" />
            {draft.owner_id === me.id ? "To my manager" : "To their manager"}, {manager.name}
          </Button>
        )}
        <Check
          label="Active"
          hint="One that is off passes nothing on."
          checked={draft.active}
          onChange={(active) => change({ active })}
        />
      </div>

      <Rules title="For what" note="All of these hold; with none of them, every request.">
        <Field
          label="Task types"
          optional
          hint="* stands for any part"
          error={issueOf("conditions.task_types")}
        >
          {patterns("task_types", "Every type", typeChoices)}
        </Field>
        <Field
          label="Resources"
          optional
          hint="As database:prod/*, the type, the namespace and the id"
          error={issueOf("conditions.resource_patterns")}
        >
          {patterns("resource_patterns", "Every resource")}
        </Field>
        <Field label="Namespaces" optional hint="As prod-*" error={issueOf("conditions.namespaces")}>
          {patterns("namespaces", "Every namespace")}
        </Field>
        <Field label="Tags" optional error={issueOf("conditions.tags")}>
          {patterns("tags", "Any tag, or none")}
        </Field>
        <Field
          label="Risk above"
          optional
          hint="0 to 100; not at this score, but above it"
          error={issueOf("conditions.risk_above")}
          className="w-44"
        >
          {(parts) => (
            <input
              {...parts}
              type="number"
              inputMode="numeric"
              min={0}
              max={100}
              value={draft.risk_above}
              placeholder="Any risk"
              onChange={(event) => change({ risk_above: event.target.value })}
              className="field num"
            />
          )}
        </Field>
      </Rules>

      <Rules
        title="Out of office"
        note="In your local time. Without dates it holds from now on, until you end it."
      >
        <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
          {(["starts_at", "expires_at"] as const).map((name) => (
            <Field key={name} label={name === "starts_at" ? "From" : "Until"} optional error={issueOf(name)}>
              {(parts) => (
                <input
                  {...parts}
                  type="datetime-local"
                  value={draft[name]}
                  onChange={(event) => change({ [name]: event.target.value })}
                  className="field num"
                />
              )}
            </Field>
          ))}
        </div>
        <Field label="Note" optional hint="Shown to whom it comes: On holiday" error={issueOf("note")}>
          {(parts) => (
            <input
              {...parts}
              autoComplete="off"
              maxLength={500}
              value={draft.note}
              onChange={(event) => change({ note: event.target.value })}
              className="field"
            />
          )}
        </Field>
      </Rules>

      <Rules title="And then" note="Makers of a change are never asked about it, whichever way it goes.">
        <Check
          label="It may be passed on"
          hint={
            draft.cascade
              ? `What ${delegate?.name ?? "they"} delegated goes on from there, to the end of the chain.`
              : `It stops at ${delegate?.name ?? "them"}, whatever they have delegated.`
          }
          checked={draft.cascade}
          onChange={(cascade) => change({ cascade })}
        />
      </Rules>
    </div>
  );
}

function Rules({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <fieldset className="flex flex-col gap-3 border-t border-line pt-4">
      <legend className="float-left mb-1 w-full text-sm font-semibold">
        {title}
        <span className="block text-xs font-normal text-ink-3">{note}</span>
      </legend>
      {children}
    </fieldset>
  );
}
