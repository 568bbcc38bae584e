import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { use } from "react";
import { useFieldArray, useFormContext, useWatch } from "react-hook-form";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Check } from "#components/ui/check.tsx";
import { ChangedSign } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";
import type { Template } from "../agent-types.ts";
import { agentQueries } from "../queries.ts";
import type { AgentForm } from "./agent-form.ts";
import { AreaField, FormLook, NumberField, TextField, useIssue } from "./rows.tsx";

const MAX_INSTRUCTIONS = 100_000;
const MAX_VALUE = 20_000;

const counted = (length: number, of: number) =>
  `${length.toLocaleString("en")} of ${of.toLocaleString("en")}`;

/** The system prompt, from a template or one's own, and how long it is. */
export function InstructionFields() {
  const { control, setValue, getValues } = useFormContext<AgentForm>();
  const { readOnly } = use(FormLook);
  const catalogue = useQuery(agentQueries.catalogue());
  const instructions = useWatch({ control, name: "instructions" });
  const fill = (text: string) => setValue("instructions", text, { shouldDirty: true });
  const start = (template: Template) => {
    const before = getValues("instructions");
    fill(template.instructions);
    if (before.trim() === "" || before === template.instructions) return;
    toast({
      text: `The text of “${template.name}” is in the field`,
      action: { label: "Undo", run: () => fill(before) },
      seconds: 10,
    });
  };
  const templates = catalogue.data?.templates ?? [];
  return (
    <>
      {templates.length > 0 && !readOnly && (
        <section aria-label="Templates" className="flex flex-col gap-1.5">
          <h3 className="text-xs font-medium text-ink-2">Start from a template</h3>
          <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
            {templates.map((template) => (
              <li key={template.id} className="flex">
                <button
                  type="button"
                  onClick={() => start(template)}
                  className="flex w-full flex-col rounded-lg border border-line-strong bg-surface px-3 py-2 text-left transition-colors duration-(--quick) hover:border-control-line hover:bg-hover"
                >
                  <span className="font-semibold">{template.name}</span>
                  <span className="text-xs text-ink-2">{template.description}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <AreaField
        name="instructions"
        label="Instructions"
        optional
        rows={10}
        maxLength={MAX_INSTRUCTIONS}
        hint={<span className="num">{counted(instructions.length, MAX_INSTRUCTIONS)} characters</span>}
      />
    </>
  );
}

/** What it keeps in mind: labelled blocks with a limit each, some of them not its own to write. */
export function MemoryFields() {
  const { control } = useFormContext<AgentForm>();
  const { changed, readOnly } = use(FormLook);
  const { fields, append, remove, insert } = useFieldArray({ control, name: "memory_blocks" });
  const error = useIssue("memory_blocks");
  const blocks = useWatch({ control, name: "memory_blocks" });
  const drop = (place: number) => {
    const block = blocks[place];
    remove(place);
    if (!block || (block.value === "" && block.label === "")) return;
    toast({
      text: `Memory block ${block.label ? `“${block.label}”` : place + 1} is taken out`,
      action: { label: "Undo", run: () => insert(place, block) },
      seconds: 10,
    });
  };
  return (
    <section aria-labelledby="memory-blocks" className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <h3 id="memory-blocks" className="text-xs font-medium text-ink-2">
          Memory blocks
          <span className="font-normal text-ink-3"> · optional</span>
          {changed.has("memory_blocks") && <ChangedSign />}
        </h3>
        {!readOnly && (
          <Button
            size="small"
            className="ml-auto max-sm:h-9 max-sm:px-3"
            onClick={() =>
              append({ label: "", value: "", limit: 2000, read_only: false }, { shouldFocus: true })
            }
          >
            <Plus size={13} aria-hidden /> Add a block
          </Button>
        )}
      </div>
      {error && (
        <p role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
      {fields.length === 0 && (
        <p className="rounded-lg border border-dashed border-line-strong px-3 py-2.5 text-ink-3">
          None. A block is a note that stays with the agent: who it works for, how the house does things.
        </p>
      )}
      <ul className="flex flex-col gap-2">
        {fields.map((field, place) => (
          <li key={field.id} className="card flex flex-col gap-3 p-3">
            <div className="flex items-end gap-3 max-sm:flex-wrap">
              <TextField
                name={`memory_blocks.${place}.label`}
                label="Label"
                className="min-w-0 flex-1"
                maxLength={100}
                placeholder="house rules"
              />
              <NumberField
                name={`memory_blocks.${place}.limit`}
                label="Limit"
                optional
                className="w-36"
                min={1}
                max={100_000}
              />
              {!readOnly && (
                <IconButton
                  label={`Take out block ${blocks[place]?.label || place + 1}`}
                  onClick={() => drop(place)}
                >
                  <Trash2 size={15} aria-hidden />
                </IconButton>
              )}
            </div>
            <AreaField
              name={`memory_blocks.${place}.value`}
              label="What it says"
              optional
              rows={3}
              maxLength={MAX_VALUE}
              hint={<BlockCount value={blocks[place]?.value ?? ""} limit={blocks[place]?.limit ?? null} />}
            />
            <ReadOnlyCheck place={place} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function BlockCount({ value, limit }: { value: string; limit: number | null }) {
  const isOver = limit !== null && value.length > limit;
  return (
    <span className={isOver ? "num font-medium text-warn" : "num"}>
      {counted(value.length, limit ?? MAX_VALUE)} characters
      {isOver && ": more than the agent may write"}
    </span>
  );
}

function ReadOnlyCheck({ place }: { place: number }) {
  const { control, setValue } = useFormContext<AgentForm>();
  const { readOnly } = use(FormLook);
  const name = `memory_blocks.${place}.read_only` as const;
  const checked = useWatch({ control, name });
  return (
    <Check
      label="Read only"
      hint="The agent sees it and cannot change it."
      checked={checked}
      disabled={readOnly}
      onChange={(value) => setValue(name, value, { shouldDirty: true })}
    />
  );
}
