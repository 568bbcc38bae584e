import type { ComponentProps } from "react";
import { ChipPicker } from "./chip-picker.tsx";
import { Field } from "./field.tsx";

type Props = Omit<ComponentProps<typeof Field>, "children"> &
  Pick<ComponentProps<typeof ChipPicker>, "value" | "onChange" | "placeholder">;

/** Names, patterns or tags that are typed, each a chip, with their label, hint and error. */
export function ChipsRow({ value, onChange, placeholder, ...row }: Props) {
  return (
    <Field {...row}>
      {(parts) => (
        <ChipPicker
          {...parts}
          free
          isCode
          value={value}
          onChange={onChange}
          choices={[]}
          placeholder={placeholder}
        />
      )}
    </Field>
  );
}
