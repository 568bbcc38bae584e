import { z } from "zod";
import { errorEnvelope } from "../failure.ts";

type JsonSchema = { type: "object"; [word: string]: unknown };

/** Said by `format` already, in a hundredth of the characters. */
const SAID_BY_FORMAT = new Set(["uuid", "date-time"]);

/** What a model must send. Short, since every model reads it before every task. */
export function inputSchemaOf(input: z.ZodType): JsonSchema {
  return objectSchema(input, "input");
}

/** What a tool answers: its own shape, or the envelope of a failure, which clients check against the same schema. */
export function outputSchemaOf(output: z.ZodType): JsonSchema {
  return objectSchema(z.union([output, errorEnvelope]), "output");
}

function objectSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _draft, ...made } = z.toJSONSchema(schema, {
    target: "draft-7",
    io,
    unrepresentable: "any",
    override({ jsonSchema }) {
      if (SAID_BY_FORMAT.has(jsonSchema.format ?? "")) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return { ...made, type: "object" };
}
