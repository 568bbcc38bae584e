import { z } from "zod";

/** The input of what is about one thing. */
export const byId = z.strictObject({ id: z.uuid() });

/** A body, with the id that stands in the address. */
export function withId<Shape extends z.ZodRawShape>(body: z.ZodObject<Shape, z.core.$strict>) {
  return body.extend({ id: z.uuid() });
}
