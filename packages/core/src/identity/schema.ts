import { z } from "zod";
import { ROLES } from "../kernel/actor.ts";
import { line } from "../kernel/line.ts";
import { pageQuery, pagination } from "../kernel/page.ts";

export const role = z.enum(ROLES);
export const groupName = line(1, 100);
export const emailAddress = z.string().trim().toLowerCase().max(254).pipe(z.email());
/** Longer ones would only cost time to hash. How weak is too weak is decided in password.ts. */
export const password = z.string().min(1).max(128);

const roles = z.array(role).max(ROLES.length);
const groups = z.array(groupName).max(50);

/** A person as an admin enters them. Without `password` they set one themselves by an invite link. */
export const createUserInput = z.strictObject({
  email: emailAddress,
  name: line(1, 200),
  password: password.optional(),
  roles,
  groups: groups.optional(),
  manager_id: z.uuid().nullable().optional(),
});
export type CreateUserInput = z.infer<typeof createUserInput>;

/** What is absent stays; roles and groups are replaced whole; `active: false` means left. */
export const updateUserInput = z.strictObject({
  name: line(1, 200).optional(),
  roles: roles.optional(),
  groups: groups.optional(),
  manager_id: z.uuid().nullable().optional(),
  active: z.boolean().optional(),
});
export type UpdateUserInput = z.infer<typeof updateUserInput>;

export const userEntry = z.strictObject({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  roles: z.array(role),
  groups: z.array(z.string()),
  manager_id: z.uuid().nullable(),
  active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type UserEntry = z.infer<typeof userEntry>;

export const listUsersQuery = z.strictObject({
  ...pageQuery,
  /** Part of the name or of the address. */
  search: z.string().max(200).optional(),
  role: role.optional(),
  group: z.string().max(100).optional(),
  active: z.boolean().optional(),
});
export type ListUsersQuery = z.infer<typeof listUsersQuery>;
export const userList = z.strictObject({ users: z.array(userEntry), pagination });
export type UserList = z.infer<typeof userList>;

export const groupEntry = z.strictObject({ id: z.uuid(), name: z.string(), members: z.int() });
export type GroupEntry = z.infer<typeof groupEntry>;
export const groupList = z.strictObject({ groups: z.array(groupEntry) });

/** Whoever asks, as the server sees them. `scopes` is null where nothing narrows the rights. */
export const meEntry = z.strictObject({
  id: z.string(),
  kind: z.enum(["user", "agent", "system", "worker"]),
  name: z.string(),
  email: z.string().nullable(),
  roles: z.array(role),
  groups: z.array(z.string()),
  scopes: z.array(z.string()).nullable(),
  owner_id: z.string().nullable(),
  /** `session:<id>` or `key:<id>`. */
  via: z.string(),
});
export type MeEntry = z.infer<typeof meEntry>;

/** What policies and pickers need of a person. */
export const person = userEntry.pick({
  id: true,
  name: true,
  roles: true,
  groups: true,
  active: true,
  manager_id: true,
});
export type Person = z.infer<typeof person>;

/** A right by name (`tasks:write`, `approval.respond`) or a family of them (`tasks:*`). */
export const scope = z
  .string()
  .max(100)
  .regex(/^[a-z_]+[:.]([a-z_]+|\*)$/, "must look like tasks:write or tasks:*");

export const apiKeyInput = z.strictObject({
  name: line(1, 100),
  /** Absent: all that its person may, except locks. */
  scopes: z.array(scope).min(1).max(50).optional(),
  /** Absent: until revoked. */
  expires_in_days: z.int().min(1).max(3650).optional(),
});
export type ApiKeyInput = z.infer<typeof apiKeyInput>;

/** The only time that a key is shown. */
export const newApiKey = z.strictObject({ id: z.uuid(), key: z.string() });
export type NewApiKey = z.infer<typeof newApiKey>;

export const apiKeyEntry = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  principal_kind: z.enum(["user", "agent"]),
  principal_id: z.uuid(),
  /** The key's first characters, to tell it from others. */
  start: z.string(),
  scopes: z.array(z.string()).nullable(),
  created_by: z.uuid().nullable(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  /** To the minute. */
  last_used_at: z.string().nullable(),
});
export type ApiKeyEntry = z.infer<typeof apiKeyEntry>;

export const listApiKeysQuery = z.strictObject({
  page: pageQuery.page,
  limit: pageQuery.limit,
  /** Absent: one's own. Another's: an admin, or an agent's owner. */
  principal_id: z.uuid().optional(),
});
export type ListApiKeysQuery = z.infer<typeof listApiKeysQuery>;
export const apiKeyList = z.strictObject({ api_keys: z.array(apiKeyEntry), pagination });
export type ApiKeyList = z.infer<typeof apiKeyList>;

export const linkInput = z.strictObject({ kind: z.enum(["invite", "reset"]) });
export type LinkKind = z.infer<typeof linkInput>["kind"];

/** A link that an admin hands over; `path` holds the only copy of its token. */
export const newLink = z.strictObject({ path: z.string(), expires_at: z.string() });
export type NewLink = z.infer<typeof newLink>;

const linkToken = z.string().min(20).max(100);
export const readLinkInput = z.strictObject({ token: linkToken });
/** For the page that the link opens. */
export const linkEntry = z.strictObject({
  kind: linkInput.shape.kind,
  name: z.string(),
  email: z.string(),
  expires_at: z.string(),
});
export type LinkEntry = z.infer<typeof linkEntry>;

export const acceptLinkInput = z.strictObject({ token: linkToken, password });
export type AcceptLinkInput = z.infer<typeof acceptLinkInput>;
export const acceptedLink = z.strictObject({ email: z.string() });
export type AcceptedLink = z.infer<typeof acceptedLink>;
