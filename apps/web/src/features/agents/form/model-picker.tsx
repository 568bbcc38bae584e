import { Combobox as Base } from "@base-ui/react/combobox";
import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { use, useMemo, useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Field } from "#components/ui/field.tsx";
import { agentQueries } from "../queries.ts";
import type { AgentForm } from "./agent-form.ts";
import { FormLook, useIssue } from "./rows.tsx";

type Model = { provider: string; name: string; window?: number | undefined; isNew?: boolean };
type Group = { value: string; items: Model[] };

/** A model by name, grouped by who provides it; one that is not on the admin's list may be typed. */
export function ModelPicker() {
  const { control, setValue } = useFormContext<AgentForm>();
  const { changed, readOnly } = use(FormLook);
  const catalogue = useQuery(agentQueries.catalogue());
  const [provider, model] = useWatch({ control, name: ["provider", "model"] });
  const [typed, setTyped] = useState(model);
  // What a draft, a template or a revert brings in comes from outside of this field.
  const [shown, setShown] = useState(model);
  if (shown !== model) {
    setShown(model);
    setTyped(model);
  }
  const [ofModel, ofProvider] = [useIssue("model"), useIssue("provider")];
  const error = ofModel ?? ofProvider;
  const groups = useMemo(
    (): Group[] =>
      (catalogue.data?.providers ?? []).map(({ name, models }) => ({
        value: name,
        items: models.map((each) => ({ provider: name, name: each.name, window: each.context_window })),
      })),
    [catalogue.data],
  );
  const all = groups.flatMap(({ items }) => items);
  const text = typed.trim();
  const isListed = all.some(({ name }) => name === text);
  const offered = useMemo(
    () =>
      text !== "" && !isListed
        ? [...groups, { value: "Not on the list", items: [{ provider: "", name: text, isNew: true }] }]
        : groups,
    [groups, text, isListed],
  );
  const choose = (chosen: { provider: string; name: string }) => {
    setShown(chosen.name);
    setTyped(chosen.name);
    setValue("provider", chosen.provider, { shouldDirty: true });
    setValue("model", chosen.name, { shouldDirty: true, shouldValidate: error !== undefined });
  };
  const isWhole = text === model;
  return (
    <Field
      label="Model"
      optional
      changed={changed.has("model") || changed.has("provider")}
      error={error}
      hint={
        provider ? `Provided by ${provider}.` : "For the record: who decides may want to know what thinks."
      }
    >
      {(parts) => (
        <Base.Root<Model>
          items={offered}
          autoHighlight
          disabled={readOnly}
          value={model ? { provider, name: model } : null}
          onValueChange={(chosen) => choose(chosen ?? { provider: "", name: "" })}
          inputValue={typed}
          onInputValueChange={setTyped}
          itemToStringLabel={({ name }) => name}
          isItemEqualToValue={(one, other) => one.name === other.name}
          // Opened on a chosen model, the list shows every other one too.
          filter={(item: Model, query: string) =>
            isWhole || `${item.provider} ${item.name}`.toLowerCase().includes(query.trim().toLowerCase())
          }
        >
          <Base.Input
            {...parts}
            placeholder="Search models"
            spellCheck={false}
            autoComplete="off"
            onBlur={() => {
              if (text === "" && model !== "") choose({ provider: "", name: "" });
              else if (text !== model && text !== "") {
                choose(all.find(({ name }) => name === text) ?? { provider: "", name: text });
              }
            }}
            className="field"
          />
          <Base.Portal>
            <Base.Positioner sideOffset={4} align="start" className="z-50 outline-none">
              <Base.Popup className="max-h-80 w-(--anchor-width) max-w-(--available-width) overflow-y-auto rounded-lg bg-raised p-1 shadow-raised outline-none">
                <Base.List>
                  {(group: Group) => (
                    <Base.Group key={group.value} items={group.items}>
                      <Base.GroupLabel className="caption px-2 pt-2 pb-0.5">{group.value}</Base.GroupLabel>
                      <Base.Collection>
                        {(item: Model) => (
                          <Base.Item
                            key={`${item.provider}/${item.name}`}
                            value={item}
                            className="flex min-h-7.5 cursor-default items-center gap-2 rounded-sm px-2 outline-none select-none data-highlighted:bg-hover max-sm:min-h-10"
                          >
                            <span className="min-w-0 flex-1 truncate">
                              {item.isNew ? `Use “${item.name}”` : item.name}
                            </span>
                            {item.window !== undefined && (
                              <span className="num shrink-0 text-xs text-ink-3">
                                {Math.round(item.window / 1000).toLocaleString("en")}k tokens
                              </span>
                            )}
                            <Base.ItemIndicator className="text-accent">
                              <Check size={13} aria-hidden />
                            </Base.ItemIndicator>
                          </Base.Item>
                        )}
                      </Base.Collection>
                    </Base.Group>
                  )}
                </Base.List>
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.Root>
      )}
    </Field>
  );
}
