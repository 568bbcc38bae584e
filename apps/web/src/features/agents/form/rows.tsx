import { type ComponentProps, createContext, use } from "react";
import { type FieldPath, get, useFormContext } from "react-hook-form";
import { AreaRow, TextRow } from "#components/ui/field-row.tsx";
import type { AgentForm } from "./agent-form.ts";

export type FieldName = FieldPath<AgentForm>;
type Look = {
  /** Fields that differ from what is stored. */
  changed: ReadonlySet<string>;
  readOnly: boolean;
};

/** How the rows of a form show themselves: the wizard marks no changes, since everything is new. */
export const FormLook = createContext<Look>({ changed: new Set(), readOnly: false });

/** A field's error, whatever part of it is wrong. */
export function useIssue(name: FieldName): string | undefined {
  const { formState } = useFormContext<AgentForm>();
  const error = get(formState.errors, name) as
    | { message?: string; root?: { message?: string } }
    | { message?: string }[]
    | undefined;
  if (Array.isArray(error)) return error.find((each) => each?.message)?.message;
  return error?.message ?? error?.root?.message;
}

/** What a row needs of the form: label side and control side together. */
function useRow(name: FieldName, isNumber = false) {
  const { register } = useFormContext<AgentForm>();
  const { changed, readOnly } = use(FormLook);
  const error = useIssue(name);
  const control = register(name, isNumber ? { setValueAs: numberOf } : {});
  return { ...control, error, changed: changed.has(name), disabled: readOnly };
}

/** What is no number is refused by the rules, in words; what is empty is null. */
function numberOf(text: unknown): number | null {
  if (text === "" || text === null || text === undefined) return null;
  return Number(text);
}

type Of<P> = Omit<P, "name" | "error" | "changed"> & { name: FieldName };

export function TextField({ name, ...props }: Of<ComponentProps<typeof TextRow>>) {
  return <TextRow {...props} {...useRow(name)} />;
}

export function NumberField({ name, ...props }: Of<ComponentProps<typeof TextRow>>) {
  return <TextRow inputMode="decimal" {...props} type="number" {...useRow(name, true)} />;
}

export function AreaField({ name, ...props }: Of<ComponentProps<typeof AreaRow>>) {
  return <AreaRow {...props} {...useRow(name)} />;
}
