import type { Pool } from "pg";
import type { Logger } from "pino";
import type { PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Ledger, Tx } from "../ledger/service.ts";
import { type Auth, type AuthOptions, createAuth } from "./auth.ts";
import {
  createKeyCommands,
  endOfNewKey,
  issueKey,
  type KeyHolder,
  revokeKeys,
  type WantedKey,
} from "./keys.ts";
import { createLinkCommands } from "./links.ts";
import { createPeopleCommands } from "./people.ts";
import { getUser, listGroups, listUsers, readDirectory } from "./people-store.ts";
import { type Credentials, createPrincipals } from "./principal.ts";
import type {
  AcceptedLink,
  AcceptLinkInput,
  ApiKeyInput,
  ApiKeyList,
  CreateUserInput,
  GroupEntry,
  LinkEntry,
  LinkKind,
  ListApiKeysQuery,
  ListUsersQuery,
  MeEntry,
  NewApiKey,
  NewLink,
  Person,
  UpdateUserInput,
  UserEntry,
  UserList,
} from "./schema.ts";

export type { Auth, AuthOptions } from "./auth.ts";
export type { KeyHolder } from "./keys.ts";
// The slice's pure rules, for slices above: a door is one file.
export { buildMatrix, covers, type Decision, decide, decideAction, type Matrix, scopesOf } from "./matrix.ts";
export type { Credentials } from "./principal.ts";

export type IdentityDeps = {
  pool: Pool;
  prisma: PrismaClient;
  clock: Clock;
  ids: Ids;
  log: Logger;
  ledger: Ledger;
  auth: AuthOptions;
};

export type IdentityService = {
  /** better-auth's routes below /api/auth. */
  auth: Auth;
  /** Who sent a request, by session cookie or API key; null for nobody. One query. */
  resolveActor(credentials: Credentials): Promise<Actor | null>;
  me(actor: Actor): Promise<MeEntry>;
  users: {
    list(query: ListUsersQuery): Promise<UserList>;
    /** NOT_FOUND. */
    get(id: string): Promise<UserEntry>;
    /** EMAIL_TAKEN, WEAK_PASSWORD, VALIDATION_ERROR (manager). */
    create(actor: Actor, input: CreateUserInput): Promise<UserEntry>;
    /** NOT_FOUND, LAST_ADMIN, VALIDATION_ERROR (manager). `active: false` ends sessions, keys and links too. */
    update(actor: Actor, id: string, input: UpdateUserInput): Promise<UserEntry>;
    /** A link to hand over, by which the person sets a password. NOT_FOUND, LINK_INVALID. */
    createLink(actor: Actor, id: string, kind: LinkKind): Promise<NewLink>;
  };
  /** What an open link is for. LINK_INVALID. */
  readLink(token: string): Promise<LinkEntry>;
  /** Sets the password by a link, once. LINK_INVALID, WEAK_PASSWORD. */
  acceptLink(input: AcceptLinkInput, where: Actor["where"]): Promise<AcceptedLink>;
  groups(): Promise<GroupEntry[]>;
  apiKeys: {
    /** FORBIDDEN (agents), KEY_EXCEEDS_RIGHTS. */
    create(actor: Actor, input: ApiKeyInput): Promise<NewApiKey>;
    list(actor: Actor, query: ListApiKeysQuery): Promise<ApiKeyList>;
    /** NOT_FOUND. */
    revoke(actor: Actor, id: string): Promise<void>;
  };
  /** Writes a key in the caller's transaction; its fact is the caller's to record. */
  issueKey(
    tx: Tx,
    options: {
      holder: KeyHolder;
      name: string;
      scopes: readonly string[] | null;
      expires_at: Date | null;
      created_by: string | null;
    },
  ): Promise<{ issued: NewApiKey; fact: Fact }>;
  /** When a key ends that this actor makes for one of this kind; no later than the key in use. KEY_EXCEEDS_RIGHTS. */
  endOfNewKey(actor: Actor, holder: KeyHolder["kind"], wanted: WantedKey): Promise<Date | null>;
  /** Revokes all keys of a holder in the caller's transaction; its facts are the caller's to record. */
  revokeKeys(tx: Tx, holder: KeyHolder): Promise<Fact[]>;
  /** See people.ts; safe to call from every process at start. */
  ensureFirstAdmin(options: {
    email?: string | undefined;
    password?: string | undefined;
  }): Promise<{ created: boolean; email: string; one_time_password?: string }>;
  /** Everybody, active or not, as facts for policies. */
  directory(): Promise<Person[]>;
};

/** Who acts, and what they may do. */
export function createIdentityService(deps: IdentityDeps): IdentityService {
  const auth = createAuth(deps);
  const people = createPeopleCommands(deps);
  const links = createLinkCommands(deps);
  return {
    auth,
    resolveActor: createPrincipals({
      pool: deps.pool,
      log: deps.log,
      cookieName: auth.cookieName,
      secret: deps.auth.secret,
    }),
    async me(actor) {
      const { id, kind, name, owner_id, via } = actor;
      const email = kind === "user" ? (await getUser(deps.prisma, id)).email : null;
      const scopes = actor.scopes && [...actor.scopes];
      return {
        id,
        kind,
        name,
        email,
        roles: [...actor.roles],
        groups: [...actor.groups],
        scopes,
        owner_id,
        via,
      };
    },
    users: {
      list: (query) => listUsers(deps.prisma, query),
      get: (id) => getUser(deps.prisma, id),
      create: people.create,
      update: people.update,
      createLink: links.create,
    },
    readLink: links.read,
    acceptLink: links.accept,
    groups: () => listGroups(deps.prisma),
    apiKeys: createKeyCommands(deps),
    issueKey: (tx, options) => issueKey(tx, deps, options),
    endOfNewKey: (actor, holder, wanted) => endOfNewKey(deps, actor, holder, wanted),
    revokeKeys: (tx, holder) => revokeKeys(tx, deps, holder),
    ensureFirstAdmin: people.ensureFirstAdmin,
    directory: () => readDirectory(deps.pool),
  };
}
