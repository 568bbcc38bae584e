import { z } from "zod";
import { line } from "../kernel/line.ts";
import { pageQuery, pagination } from "../kernel/page.ts";

export const RESOURCE_TYPES = [
  "database",
  "service",
  "infrastructure",
  "configuration",
  "secret",
  "network",
  "storage",
  /** An agent by its id: what changes what it is permitted. */
  "agent",
] as const;
export const resourceType = z.enum(RESOURCE_TYPES);
export type ResourceType = z.infer<typeof resourceType>;

export const RESOURCE_ACTIONS = ["read", "write", "delete", "execute"] as const;

/** A resource as a task names it. Its one canonical spelling is `type:namespace/id` (name.ts). */
export const resourceRef = z.strictObject({
  type: resourceType,
  id: z.string().min(1).max(200),
  name: z.string().max(200).optional(),
  scope: z.enum(["global", "namespace", "cluster", "instance"]).default("namespace"),
  namespace: z.string().min(1).max(100).optional(),
  actions: z.array(z.enum(RESOURCE_ACTIONS)).max(4).default(["read"]),
});
export type ResourceRef = z.infer<typeof resourceRef>;

/** What a resource is called by whoever gives it: it stands beside the key, and must not reach into it. */
const givenName = line(0, 200);

/** A resource as it is taken from outside. What is stored is read by `resourceRef`, whatever was taken once. */
export const resourceGiven = resourceRef.extend({ name: givenName.optional() });

const catalogueName = z.strictObject({
  type: resourceType,
  id: z.string().min(1).max(200),
  namespace: z.string().min(1).max(100).optional(),
});

/** An entry of the catalogue as an admin writes it. Criticality 0-100; absent means the default of its type. */
export const resourceInput = catalogueName.extend({
  name: givenName.optional(),
  criticality: z.int().min(0).max(100).optional(),
  depends_on: z.array(catalogueName).max(200).optional(),
});
export type ResourceInput = z.infer<typeof resourceInput>;

export const resourceEntry = z.strictObject({
  key: z.string(),
  type: resourceType,
  id: z.string(),
  namespace: z.string(),
  name: z.string().nullable(),
  criticality: z.int().nullable(),
  depends_on: z.array(z.string()),
  created_at: z.string(),
  updated_at: z.string(),
});
export type ResourceEntry = z.infer<typeof resourceEntry>;

/** PATCH of a catalogue entry: what is absent stays, null clears; `depends_on` is replaced whole. */
export const resourcePatch = z.strictObject({
  name: givenName.nullable().optional(),
  criticality: z.int().min(0).max(100).nullable().optional(),
  depends_on: z.array(catalogueName).max(200).optional(),
});
export type ResourcePatch = z.infer<typeof resourcePatch>;

export const listResourcesQuery = z.strictObject({
  ...pageQuery,
  type: resourceType.optional(),
  namespace: z.string().max(100).optional(),
  /** Part of the key or of the display name. */
  search: z.string().max(200).optional(),
});
export type ListResourcesQuery = z.infer<typeof listResourcesQuery>;

export const resourceList = z.strictObject({ resources: z.array(resourceEntry), pagination });
export type ResourceList = z.infer<typeof resourceList>;

/** What the catalogue says of one resource; `known: false` where it has no entry. */
export const catalogueFact = z.strictObject({
  key: z.string(),
  type: resourceType,
  namespace: z.string(),
  criticality: z.int().nullable(),
  known: z.boolean(),
});
export type CatalogueFact = z.infer<typeof catalogueFact>;

/** What depends, directly or through others, on some resources. */
export const reach = z.strictObject({
  /** Canonical keys, those of services too, nearest first; without the resources that were asked about. */
  resources: z.array(z.string()),
  /** Those of `resources` that are services. */
  services: z.array(z.string()),
  /** Which of the resources asked about most of it hangs on; null where nothing depends on them. */
  via: z.string().nullable(),
  /** More depends on them than was looked at. */
  truncated: z.boolean(),
});
export type Reach = z.infer<typeof reach>;
