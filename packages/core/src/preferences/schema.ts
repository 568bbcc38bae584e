import { z } from "zod";
import { channelChoice, DEFAULT_CHANNELS, notificationKind } from "../notifications/schema.ts";

/** Keys as the registry of the dashboard writes them: `a`, `shift+j`, `mod+k`, `?`, and `g i` one after the other. */
const keyName = z
  .string()
  .min(1)
  .max(40)
  .regex(/^\S+( \S+)?$/, "must be one key, such as a or shift+j, or two that follow each other");
const keys = z
  .record(z.string().regex(/^[a-z][a-z0-9_.-]{0,60}$/, "must be the name of a command"), keyName)
  .refine((map) => Object.keys(map).length <= 100, { error: "at most 100 keys" });

/** Agents that one wants at hand. */
const favouriteAgents = z
  .array(z.uuid())
  .max(200)
  .refine((ids) => new Set(ids).size === ids.length, { error: "names an agent twice" });

/** What people set for themselves, whole. */
export const preferences = z.strictObject({
  /** How long an answer of mine can be taken back. */
  undo_seconds: z.int().min(0).max(30),
  /** Keys without a modifier (j, k, a, r); off for those whose tools use them. */
  single_keys: z.boolean(),
  /** Command to key, where it is not the command's own. */
  keys,
  /** Times of this machine's zone; off: UTC. */
  local_time: z.boolean(),
  /** The first steps are offered in the inbox until they are done or put away. */
  first_steps: z.boolean(),
  favourite_agents: favouriteAgents,
  notify: z.record(notificationKind, channelChoice),
});
export type Preferences = z.infer<typeof preferences>;

/** A change of one's own: what is absent stays, `keys` and favourites are replaced whole, `notify` kind by kind. */
export const preferencesPatch = z.strictObject({
  undo_seconds: preferences.shape.undo_seconds.optional(),
  single_keys: z.boolean().optional(),
  keys: keys.optional(),
  local_time: z.boolean().optional(),
  first_steps: z.boolean().optional(),
  favourite_agents: favouriteAgents.optional(),
  notify: z.partialRecord(notificationKind, channelChoice).optional(),
});
export type PreferencesPatch = z.infer<typeof preferencesPatch>;

export const DEFAULT_PREFERENCES: Preferences = {
  undo_seconds: 10,
  single_keys: true,
  keys: {},
  local_time: true,
  first_steps: true,
  favourite_agents: [],
  notify: { ...DEFAULT_CHANNELS },
};

export const VIEW_PAGES = ["inbox", "tasks", "audit"] as const;

const queryValue = z.union([
  z.string().max(500),
  z.array(z.string().max(500)).max(50),
  z.boolean(),
  z.number(),
]);

/** Filters of a page under a name. Saving again under the same name replaces it. */
export const savedViewInput = z.strictObject({
  page: z.enum(VIEW_PAGES),
  name: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .regex(/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]*$/u, "must not contain control or direction characters"),
  /** As it stands in the address: filters, sort and section. */
  query: z
    .record(z.string().min(1).max(60), queryValue)
    .refine((query) => Object.keys(query).length <= 40, { error: "at most 40 filters" }),
  /** Offered to everybody. */
  shared: z.boolean().default(false),
});
export type SavedViewInput = z.infer<typeof savedViewInput>;

export const savedView = savedViewInput.extend({
  id: z.uuid(),
  shared: z.boolean(),
  owner_id: z.uuid(),
  owner_name: z.string(),
  /** Only its owner changes it; an admin can take a shared one away. */
  mine: z.boolean(),
  updated_at: z.string(),
});
export type SavedView = z.infer<typeof savedView>;

export const savedViewsQuery = z.strictObject({ page: z.enum(VIEW_PAGES).optional() });
export const savedViewList = z.strictObject({ views: z.array(savedView) });
