import type { AgentTemplate, CatalogueTool, CatalogueValue } from "@ade/core/agents/catalogue/schema";

export type CatalogueModel = { provider: string; name: string; context_window?: number | undefined };

const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);

/** The catalogue without a model, and without a provider that has none left. Pure. */
export function withoutModel(value: CatalogueValue, { provider, name }: CatalogueModel): CatalogueValue {
  return {
    ...value,
    providers: value.providers
      .map((each) =>
        each.name === provider
          ? { ...each, models: each.models.filter((model) => model.name !== name) }
          : each,
      )
      .filter(({ models }) => models.length > 0),
  };
}

/** With a model in the place of another, or beside those there are; a new provider comes with its first model. Pure. */
export function withModel(
  value: CatalogueValue,
  before: CatalogueModel | null,
  { provider, ...model }: CatalogueModel,
): CatalogueValue {
  const { providers } = before ? withoutModel(value, before) : value;
  const known = providers.find(({ name }) => name === provider);
  const one = { name: provider, models: [...(known?.models ?? []), model].sort(byName) };
  return { ...value, providers: [...providers.filter((each) => each !== known), one].sort(byName) };
}

/** With a tool in the place of another, or beside those there are; null takes it away. Pure. */
export function withTool(
  value: CatalogueValue,
  before: string | null,
  tool: CatalogueTool | null,
): CatalogueValue {
  const others = value.tools.filter(({ name }) => name !== before);
  return { ...value, tools: tool ? [...others, tool].sort(byName) : others };
}

/** With a template in the place of another, or after those there are; null takes it away. Pure. */
export function withTemplate(
  value: CatalogueValue,
  before: string | null,
  template: AgentTemplate | null,
): CatalogueValue {
  const place = value.templates.findIndex(({ id }) => id === before);
  if (place < 0) return { ...value, templates: template ? [...value.templates, template] : value.templates };
  return { ...value, templates: value.templates.toSpliced(place, 1, ...(template ? [template] : [])) };
}

/**
 * An id for a new template, from its name: `Release notes` → `release-notes`; from a name without Latin letters the first
 * `template-1` that none of `taken` has. Pure.
 */
export function templateId(name: string, taken: readonly { id: string }[]): string {
  const id = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 60);
  if (id) return id;
  let number = 1;
  while (taken.some((each) => each.id === `template-${number}`)) number++;
  return `template-${number}`;
}
