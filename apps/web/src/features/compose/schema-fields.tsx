import { useState } from "react";
import { Field } from "#components/ui/field.tsx";

type Schema = {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  contentMediaType?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
};
type Values = Record<string, unknown>;
type Props = {
  schema: Record<string, unknown>;
  values: Values;
  onChange: (values: Values) => void;
  /** What the server said of a field, by its name. */
  issueOf: (name: string) => string | undefined;
};

const LONG_TEXT = 400;
const nameOf = (name: string, { title }: Schema) =>
  title ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
const typesOf = ({ type }: Schema) => (Array.isArray(type) ? type : type ? [type] : []);

/** A form from a flat JSON Schema: the fields an executor's parameters are made of. Anything deeper is edited as JSON. */
export function SchemaFields({ schema, values, onChange, issueOf }: Props) {
  const { properties = {}, required = [] } = schema as Schema;
  const set = (name: string, value: unknown) => {
    const next = { ...values };
    if (value === undefined) delete next[name];
    else next[name] = value;
    onChange(next);
  };
  return (
    <div className="flex flex-col gap-4">
      {Object.entries(properties).map(([name, field]) => (
        <Field
          key={name}
          label={nameOf(name, field)}
          hint={field.description}
          optional={!required.includes(name)}
          error={issueOf(name)}
        >
          {(parts) => (
            <Control parts={parts} schema={field} value={values[name]} set={(value) => set(name, value)} />
          )}
        </Field>
      ))}
    </div>
  );
}

type ControlProps = { parts: { id: string }; schema: Schema; value: unknown; set: (value: unknown) => void };

function Control({ parts, schema, value, set }: ControlProps) {
  const types = typesOf(schema);
  if (schema.enum) {
    return (
      <select
        {...parts}
        className="field"
        value={String(value ?? "")}
        onChange={(event) => set(schema.enum?.find((one) => String(one) === event.target.value))}
      >
        {value === undefined && <option value="">Choose…</option>}
        {schema.enum.map((one) => (
          <option key={String(one)} value={String(one)}>
            {String(one)}
          </option>
        ))}
      </select>
    );
  }
  if (types.includes("boolean") && types.length === 1) {
    return (
      <input
        {...parts}
        type="checkbox"
        className="size-4 self-start accent-accent"
        checked={Boolean(value ?? schema.default)}
        onChange={(event) => set(event.target.checked)}
      />
    );
  }
  if (types.includes("integer") || types.includes("number")) {
    return (
      <input
        {...parts}
        type="number"
        className="field num"
        min={schema.minimum}
        max={schema.maximum}
        step={types.includes("integer") ? 1 : "any"}
        placeholder={schema.default === undefined ? undefined : String(schema.default)}
        value={typeof value === "number" ? value : ""}
        onChange={(event) => set(event.target.value === "" ? undefined : Number(event.target.value))}
      />
    );
  }
  if (types.includes("string")) return <TextControl parts={parts} schema={schema} value={value} set={set} />;
  if (types.includes("array") && schema.items && typesOf(schema.items).includes("string")) {
    return (
      <textarea
        {...parts}
        rows={3}
        className="field font-mono text-xs!"
        placeholder="One a line"
        value={Array.isArray(value) ? value.join("\n") : ""}
        onChange={(event) => set(event.target.value === "" ? undefined : event.target.value.split("\n"))}
      />
    );
  }
  return <JsonControl parts={parts} schema={schema} value={value} set={set} />;
}

function TextControl({ parts, schema, value, set }: ControlProps) {
  const isNullable = typesOf(schema).includes("null");
  const isLong = schema.contentMediaType !== undefined || (schema.maxLength ?? LONG_TEXT) > 4000;
  // JSON that was written by a program; from here on it is edited as text.
  const isJson = typeof value === "object" && value !== null;
  const text = typeof value === "string" ? value : isJson ? JSON.stringify(value, null, 2) : "";
  const field = isLong ? (
    <textarea
      {...parts}
      rows={schema.contentMediaType === "application/sql" ? 14 : 8}
      spellCheck={false}
      disabled={value === null}
      className="field font-mono text-xs! leading-5!"
      value={text}
      // An empty text is a content too, but not where at least a character is asked for.
      onChange={(event) =>
        set(event.target.value === "" && schema.minLength ? undefined : event.target.value)
      }
    />
  ) : (
    <input
      {...parts}
      disabled={value === null}
      className="field"
      value={text}
      onChange={(event) => set(event.target.value === "" ? undefined : event.target.value)}
    />
  );
  if (!isNullable) return field;
  return (
    <>
      {field}
      <label className="flex min-h-6 items-center gap-2 text-xs text-ink-2">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={value === null}
          onChange={(event) => set(event.target.checked ? null : "")}
        />
        None (null)
      </label>
    </>
  );
}

function JsonControl({ parts, value, set }: ControlProps) {
  const [text, setText] = useState(() => (value === undefined ? "" : JSON.stringify(value, null, 2)));
  const [broken, setBroken] = useState(false);
  return (
    <>
      <textarea
        {...parts}
        rows={text.includes("\n") ? 5 : 1}
        spellCheck={false}
        placeholder="JSON"
        className="field font-mono text-xs!"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          try {
            set(event.target.value.trim() === "" ? undefined : JSON.parse(event.target.value));
            setBroken(false);
          } catch {
            setBroken(true);
          }
        }}
      />
      {broken && <p className="text-xs text-warn">Not yet JSON; the last valid value counts.</p>}
    </>
  );
}
