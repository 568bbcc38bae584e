import { z } from "zod";
import { line } from "../../kernel/line.ts";
import { toolPermissions } from "../schema.ts";

const providerName = line(1, 100);
export const catalogueModel = z.strictObject({
  name: line(1, 200),
  context_window: z.int().min(1).max(100_000_000).optional(),
});
export const catalogueTool = z.strictObject({
  name: line(1, 200),
  title: line(1, 100),
  description: z.string().max(500),
  group: line(1, 60),
  /** What a wrong call of it can do. */
  risk: z.enum(["low", "medium", "high"]),
});
export type CatalogueTool = z.infer<typeof catalogueTool>;
export const agentTemplate = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, "must be small letters, digits and dashes"),
  name: line(1, 100),
  description: z.string().max(500),
  instructions: z.string().max(100_000),
  tools: toolPermissions.optional(),
  parameters: z
    .strictObject({
      temperature: z.number().min(0).max(2).optional(),
      max_tokens: z.int().min(1).max(10_000_000).optional(),
      context_window: z.int().min(1).max(100_000_000).optional(),
    })
    .optional(),
});
export type AgentTemplate = z.infer<typeof agentTemplate>;

const distinct = <T>(items: readonly T[], key: (item: T) => string) =>
  new Set(items.map(key)).size === items.length;

/** What the wizard offers; the admin keeps it. */
export const catalogueValue = z.strictObject({
  providers: z
    .array(
      z.strictObject({
        name: providerName,
        models: z
          .array(catalogueModel)
          .max(200)
          .refine((models) => distinct(models, ({ name }) => name), "names a model twice"),
      }),
    )
    .max(50)
    .refine((providers) => distinct(providers, ({ name }) => name), "names a provider twice"),
  tools: z
    .array(catalogueTool)
    .max(500)
    .refine((tools) => distinct(tools, ({ name }) => name), "names a tool twice"),
  templates: z
    .array(agentTemplate)
    .max(50)
    .refine((templates) => distinct(templates, ({ id }) => id), "names a template twice"),
});
export type CatalogueValue = z.infer<typeof catalogueValue>;

/** `version` grows with each change; 0 is what ships. */
export const agentCatalogue = catalogueValue.extend({ version: z.int().min(0) });
export type AgentCatalogue = z.infer<typeof agentCatalogue>;
