import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Actor, Role } from "../kernel/actor.ts";
import { sha256 } from "../kernel/ids.ts";
import { readCookie, readSigned } from "./cookie.ts";

/** What a request says of who sent it. */
export type Credentials = {
  /** The Cookie header. */
  readonly cookie?: string | undefined;
  /** The Authorization header; anything but `Bearer ade_...` is nobody. It wins over the cookie. */
  readonly authorization?: string | undefined;
  readonly where: Actor["where"];
};

export type PrincipalDeps = {
  pool: Pool;
  log: Logger;
  /** Name of the session cookie. */
  cookieName: string;
  secret: string;
};

const GROUPS_OF = (
  user: string,
): string => `ARRAY(SELECT g.name FROM group_member m JOIN "group" g ON g.id = m.group_id
  WHERE m.user_id = ${user} ORDER BY g.name)`;

const BY_SESSION = `SELECT s.id AS session_id, u.id, u.name, u.roles, ${GROUPS_OF("u.id")} AS groups
  FROM session s JOIN "user" u ON u.id = s.user_id
  WHERE s.token = $1 AND s.expires_at > now() AND u.active`;

/** A key lives as long as its person; an agent's as long as the agent and the person who answers for it. */
const BY_KEY = `SELECT k.id AS key_id, k.principal_kind AS kind, k.unscoped, k.scopes,
    coalesce(u.id, a.id) AS id, coalesce(u.name, a.name) AS name, a.owner_id,
    nullif(k.created_by, k.principal_id) AS key_made_by, coalesce(u.roles, '{}') AS roles,
    CASE WHEN u.id IS NULL THEN '{}' ELSE ${GROUPS_OF("u.id")} END AS groups,
    coalesce(k.last_used_at < now() - interval '1 minute', true) AS use_is_news
  FROM api_key k
  LEFT JOIN "user" u ON k.principal_kind = 'user' AND u.id = k.principal_id AND u.active
  LEFT JOIN agent a ON k.principal_kind = 'agent' AND a.id = k.principal_id AND a.active
    AND EXISTS (SELECT 1 FROM "user" o WHERE o.id = a.owner_id AND o.active)
  WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
    AND coalesce(u.id, a.id) IS NOT NULL`;

type SessionRow = { session_id: string; id: string; name: string; roles: Role[]; groups: string[] };
type KeyRow = Omit<SessionRow, "session_id"> & {
  key_id: string;
  kind: "user" | "agent";
  unscoped: boolean;
  scopes: string[];
  owner_id: string | null;
  key_made_by: string | null;
  use_is_news: boolean;
};

/**
 * Who sent a request: one prepared statement, nothing cached, so a revoked key, an ended session or a lost role counts
 * from the next request on. Null for nobody.
 */
export function createPrincipals(deps: PrincipalDeps): (credentials: Credentials) => Promise<Actor | null> {
  const { pool, log } = deps;

  async function bySession(cookie: string, where: Actor["where"]): Promise<Actor | null> {
    const signed = readCookie(cookie, deps.cookieName);
    const token = signed && readSigned(signed, deps.secret);
    if (!token) return null;
    const { rows } = await pool.query<SessionRow>({
      name: "actor-by-session",
      text: BY_SESSION,
      values: [token],
    });
    const row = rows[0];
    if (!row) return null;
    const { session_id, ...user } = row;
    return { kind: "user", ...user, scopes: null, owner_id: null, via: `session:${session_id}`, where };
  }

  async function byKey(key: string, where: Actor["where"]): Promise<Actor | null> {
    const { rows } = await pool.query<KeyRow>({ name: "actor-by-key", text: BY_KEY, values: [sha256(key)] });
    const row = rows[0];
    if (!row) return null;
    if (row.use_is_news) noteUse(row.key_id);
    const { key_id, unscoped, scopes, use_is_news: _news, ...principal } = row;
    return { ...principal, scopes: unscoped ? null : scopes, via: `key:${key_id}`, where };
  }

  /** Aside and at most once a minute: a request must not wait for it, nor every request cost a write. */
  function noteUse(keyId: string): void {
    pool
      .query(
        `UPDATE api_key SET last_used_at = now()
         WHERE id = $1 AND coalesce(last_used_at < now() - interval '1 minute', true)`,
        [keyId],
      )
      .catch((error: unknown) => log.warn({ err: error, key_id: keyId }, "The use of a key was not noted"));
  }

  return async ({ cookie, authorization, where }) => {
    if (authorization !== undefined) {
      const key = /^Bearer +(ade_[\w-]{20,100})$/i.exec(authorization)?.[1];
      return key ? byKey(key, where) : null;
    }
    return cookie ? bySession(cookie, where) : null;
  };
}
