/** The roles that people hold; a person can hold several. */
export const ROLES = ["author", "reviewer", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Who may answer for a change at all; whether they are asked about one is another question. */
export function mayReview(person: { readonly roles: readonly string[] }): boolean {
  return person.roles.includes("reviewer") || person.roles.includes("admin");
}

/** Who acts, how they proved it, and from where. Every command takes one; nothing is read from hidden context. */
export type Actor = {
  readonly kind: "user" | "agent" | "system" | "worker";
  /** UUID of the user or agent; a plain name for system and worker. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  /** Scopes of the key in use; null for a session and for a key that may do all that its person may. */
  readonly scopes: readonly string[] | null;
  /** The agent's owner: one human behind two identities. */
  readonly owner_id: string | null;
  /** Who made the key in use, where that is somebody else than its holder: one human behind two identities too. */
  readonly key_made_by?: string | null | undefined;
  /** `session:<id>`, `key:<id>` or `process:<name>`. */
  readonly via: string;
  readonly where: {
    readonly service: string;
    readonly request_id?: string | undefined;
    readonly ip?: string | undefined;
    readonly user_agent?: string | undefined;
  };
  /** Set when an admin or service account acts for somebody. */
  readonly on_behalf_of?: string | undefined;
};

/** The actor for what no person and no agent does: timers, sweeps, the assessment of a submitted task. */
export function systemActor(service: string): Actor {
  return {
    kind: "system",
    id: "system",
    name: "System",
    roles: [],
    groups: [],
    scopes: null,
    owner_id: null,
    via: `process:${service}`,
    where: { service },
  };
}

/** The actor for a worker process. */
export function workerActor(worker_id: string): Actor {
  return {
    ...systemActor("worker"),
    kind: "worker",
    id: worker_id,
    name: "Worker",
    via: `process:${worker_id}`,
  };
}

/** The columns of the permission matrix (lifecycle.md, "Who may do what"). */
export type PrincipalColumn = Role | "agent" | "system";

/**
 * A cell: `yes`; `no`; `own` (what one made, or is); `assigned` (approvals that ask for one);
 * `scope` (only with a key that names the row's scope).
 */
export type Permission = "yes" | "no" | "own" | "assigned" | "scope";

/** One row of the matrix, declared by the slice that owns the action. */
export type PermissionRow = Readonly<Record<PrincipalColumn, Permission>> & {
  /** Open without a session (health, documents, sign-in). */
  readonly public?: true;
  /** Open to whoever proved who they are: people without a role and keys with other scopes too (`GET /me`). */
  readonly everyone?: true;
  /** The scope that a scoped key needs for it; the action's own name where absent. */
  readonly scope?: string;
};
export type PermissionMatrix = Readonly<Record<string, PermissionRow>>;
