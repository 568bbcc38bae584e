import type { AgentTemplate, CatalogueTool, CatalogueValue } from "@ade/core/agents/catalogue/schema";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { AreaRow, SelectRow, TextRow } from "#components/ui/field-row.tsx";
import { useCommand } from "#lib/use-command.ts";
import { type CatalogueModel, templateId, withModel, withTemplate, withTool } from "./agent-catalogue.ts";

/** Stores the catalogue as it is with one change. Throws Problem. */
export type Store = (change: (value: CatalogueValue) => CatalogueValue) => Promise<unknown>;
type FormProps<T> = { before: T | null; value: CatalogueValue; store: Store; close: () => void };

/** The words for a name that another one has; undefined where none has. */
const takenWords = (isTaken: boolean) => (isTaken ? "Another one has this name." : undefined);
const numberOf = (text: string) => (text.trim() === "" ? undefined : Number(text));

/** A model with its provider. */
export function ModelForm({ before, value, store, close }: FormProps<CatalogueModel>) {
  const [provider, setProvider] = useState(before?.provider ?? "");
  const [name, setName] = useState(before?.name ?? "");
  const [window, setWindow] = useState(String(before?.context_window ?? ""));
  const model = { provider: provider.trim(), name: name.trim(), context_window: numberOf(window) };
  const isTaken = value.providers.some(
    (each) =>
      each.name === model.provider &&
      each.models.some((one) => one.name === model.name) &&
      !(before?.provider === model.provider && before.name === model.name),
  );
  const command = useCommand(() => store((now) => withModel(now, before, model)), close);
  return (
    <FormDialog
      title={before ? `Edit ${before.name}` : "New model"}
      command={command}
      submit={{
        label: before ? "Store" : "Add",
        isReady: model.provider !== "" && model.name !== "" && !isTaken,
        run: () => void command.send(),
      }}
      close={close}
    >
      <TextRow
        label="Provider"
        list="catalogue-providers"
        maxLength={100}
        value={provider}
        onChange={(event) => setProvider(event.target.value)}
      />
      <datalist id="catalogue-providers">
        {value.providers.map((each) => (
          <option key={each.name} value={each.name} />
        ))}
      </datalist>
      <TextRow
        label="Model"
        isCode
        maxLength={200}
        value={name}
        error={takenWords(isTaken)}
        onChange={(event) => setName(event.target.value)}
      />
      <TextRow
        label="Context window"
        optional
        hint="In tokens"
        type="number"
        min={1}
        value={window}
        error={command.issueOf("providers")}
        onChange={(event) => setWindow(event.target.value)}
      />
    </FormDialog>
  );
}

/** A tool, with what a wrong call of it can do. */
export function ToolForm({ before, value, store, close }: FormProps<CatalogueTool>) {
  const [tool, setTool] = useState<CatalogueTool>(
    before ?? { name: "", title: "", description: "", group: "", risk: "medium" },
  );
  const set = (change: Partial<CatalogueTool>) => setTool((now) => ({ ...now, ...change }));
  const trimmed = {
    ...tool,
    name: tool.name.trim(),
    title: tool.title.trim() || tool.name.trim(),
    group: tool.group.trim(),
  };
  const isTaken = trimmed.name !== before?.name && value.tools.some(({ name }) => name === trimmed.name);
  const command = useCommand(() => store((now) => withTool(now, before?.name ?? null, trimmed)), close);
  return (
    <FormDialog
      title={before ? `Edit ${before.title}` : "New tool"}
      command={command}
      submit={{
        label: before ? "Store" : "Add",
        isReady: trimmed.name !== "" && trimmed.group !== "" && !isTaken,
        run: () => void command.send(),
      }}
      close={close}
    >
      <TextRow
        label="Name"
        hint="As the agent calls it."
        isCode
        maxLength={200}
        value={tool.name}
        error={takenWords(isTaken)}
        onChange={(event) => set({ name: event.target.value })}
      />
      <TextRow
        label="Title"
        optional
        hint="For people; else its name."
        maxLength={100}
        value={tool.title}
        onChange={(event) => set({ title: event.target.value })}
      />
      <AreaRow
        label="What it does"
        optional
        rows={2}
        maxLength={500}
        value={tool.description}
        onChange={(event) => set({ description: event.target.value })}
      />
      <TextRow
        label="Group"
        list="catalogue-groups"
        maxLength={60}
        value={tool.group}
        error={command.issueOf("tools")}
        onChange={(event) => set({ group: event.target.value })}
      />
      <datalist id="catalogue-groups">
        {[...new Set(value.tools.map(({ group }) => group))].map((group) => (
          <option key={group} value={group} />
        ))}
      </datalist>
      <SelectRow
        label="Risk"
        hint="What a wrong call of it can do."
        value={tool.risk}
        onChange={(event) => set({ risk: event.target.value as CatalogueTool["risk"] })}
      >
        <option value="low">Low: it changes nothing</option>
        <option value="medium">Medium: it changes what can be brought back</option>
        <option value="high">High: it changes what cannot be brought back</option>
      </SelectRow>
    </FormDialog>
  );
}

const PERMISSIONS = [
  { value: "allow", label: "Tools that run alone" },
  { value: "ask", label: "Tools that ask" },
  { value: "deny", label: "Tools that are refused" },
] as const;

/** What a new agent can begin with: instructions, and tools where they are named. */
export function TemplateForm({ before, value, store, close }: FormProps<AgentTemplate>) {
  const [template, setTemplate] = useState<AgentTemplate>(
    before ?? { id: "", name: "", description: "", instructions: "" },
  );
  const set = (change: Partial<AgentTemplate>) => setTemplate((now) => ({ ...now, ...change }));
  const named = {
    ...template,
    name: template.name.trim(),
    id: before?.id ?? templateId(template.name, value.templates),
  };
  const isTaken = value.templates.some(
    ({ id, name }) => id !== before?.id && (id === named.id || name === named.name),
  );
  const tools = template.tools ?? [];
  const command = useCommand(() => store((now) => withTemplate(now, before?.id ?? null, named)), close);
  return (
    <FormDialog
      title={before ? `Edit ${before.name}` : "New template"}
      form="sheet"
      wide
      command={command}
      submit={{
        label: before ? "Store" : "Add",
        isReady: named.name !== "" && !isTaken,
        run: () => void command.send(),
      }}
      close={close}
    >
      <TextRow
        label="Name"
        maxLength={100}
        value={template.name}
        error={takenWords(isTaken) ?? command.issueOf("templates")}
        onChange={(event) => set({ name: event.target.value })}
      />
      <TextRow
        label="What it is for"
        optional
        maxLength={500}
        value={template.description}
        onChange={(event) => set({ description: event.target.value })}
      />
      <AreaRow
        label="Instructions"
        optional
        rows={8}
        maxLength={100_000}
        value={template.instructions}
        onChange={(event) => set({ instructions: event.target.value })}
      />
      {PERMISSIONS.map(({ value: permission, label }) => (
        <Field key={permission} label={label} optional>
          {(parts) => (
            <ChipPicker
              {...parts}
              free
              isCode
              value={tools.filter((each) => each.permission === permission).map(({ name }) => name)}
              onChange={(names) =>
                set({
                  tools: [
                    ...tools.filter((each) => each.permission !== permission && !names.includes(each.name)),
                    ...names.map((name) => ({ name, permission })),
                  ],
                })
              }
              choices={value.tools.map(({ name, title }) => ({ value: name, label: name, note: title }))}
            />
          )}
        </Field>
      ))}
    </FormDialog>
  );
}
