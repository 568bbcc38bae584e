import { z } from "zod";

type Raw = Readonly<Record<string, unknown>>;

/**
 * Query strings know only text: what the schema wants as boolean, number or list becomes one here, at the edge, so that
 * the schemas themselves coerce nothing and JSON bodies are never coerced. What does not read as wanted is left as it
 * is, for the schema to refuse by name. One value of a list is a list of one; `tags[]` is the same as `tags`.
 */
export function decodeQuery(schema: z.ZodType | undefined, raw: Raw): Record<string, unknown> {
  const shape = shapeOf(schema);
  const decoded: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    const field = shape[name] ? name : name.replace(/\[\]$/, "");
    const wanted = shape[field];
    decoded[field] = wanted ? decodeValue(wanted, value) : value;
  }
  return decoded;
}

/** The fields of an object schema, through whatever wraps it. */
export function shapeOf(schema: z.ZodType | undefined): Record<string, z.ZodType> {
  const plain = schema && unwrap(schema);
  return plain instanceof z.ZodObject ? (plain.shape as Record<string, z.ZodType>) : {};
}

function decodeValue(schema: z.ZodType, value: unknown): unknown {
  const plain = unwrap(schema);
  if (plain instanceof z.ZodArray) {
    const items = Array.isArray(value) ? value : [value];
    return items.map((item) => decodeValue(plain.element as z.ZodType, item));
  }
  if (typeof value !== "string") return value;
  if (plain instanceof z.ZodBoolean) return value === "true" ? true : value === "false" ? false : value;
  if (plain instanceof z.ZodNumber) return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return value;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType);
  return schema;
}
