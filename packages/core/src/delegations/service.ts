import type { Pool } from "pg";
import type { Person } from "../identity/schema.ts";
import { type Actor, mayReview } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { HotWrite, Ledger } from "../ledger/service.ts";
import { canonicalKey } from "../resources/service.ts";
import { delegationErrors } from "./errors.ts";
import { pitfallsOf } from "./foresee.ts";
import { type DelegationRule, microsecondsOf } from "./match.ts";
import { resolveDelegations } from "./resolve.ts";
import type {
  DelegationEntry,
  DelegationInput,
  DelegationPatch,
  DelegationStored,
  DelegationTrace,
  ListDelegationsQuery,
  TraceInput,
} from "./schema.ts";
import {
  contentOf,
  type DelegationContent,
  type DelegationRow,
  deleteDelegation,
  findDelegation,
  insertDelegation,
  listDelegations,
  loadActive,
  presentDelegation,
  updateDelegation,
} from "./store.ts";

// The slice's pure rules, for slices above: a door is one file.
export { type DelegationFacts, type DelegationRule, microsecondsOf } from "./match.ts";
export { delegationProjections, fellBackFact } from "./projections.ts";
export { type Delegate, type Resolution, resolveDelegations } from "./resolve.ts";

const MOST_OF_ONE_OWNER = 100;

export type DelegationDeps = {
  pool: Pool;
  clock: Clock;
  ids: Ids;
  ledger: Ledger;
  /** Everybody, active or not (identity). */
  directory: () => Promise<Person[]>;
};

export type DelegationsService = {
  /** The newest first. FORBIDDEN where `all` is asked for by somebody who is no admin. */
  list(actor: Actor, query: ListDelegationsQuery): Promise<DelegationEntry[]>;
  /** For its owner, its delegate and admins. NOT_FOUND, FORBIDDEN. */
  get(actor: Actor, id: string): Promise<DelegationEntry>;
  /** FORBIDDEN (somebody else's), VALIDATION_ERROR, TOO_MANY_DELEGATIONS. */
  create(actor: Actor, input: DelegationInput): Promise<DelegationStored>;
  /** Its next version, for its owner and admins. NOT_FOUND, FORBIDDEN, VALIDATION_ERROR, CONFLICT. */
  update(actor: Actor, id: string, patch: DelegationPatch): Promise<DelegationStored>;
  /** NOT_FOUND, FORBIDDEN, CONFLICT. */
  remove(actor: Actor, id: string): Promise<void>;
  /** What requests are followed along, read afresh; one cheap query. */
  active(): Promise<DelegationRule[]>;
  /** Where a request to somebody would go. FORBIDDEN (somebody else's), VALIDATION_ERROR, INVALID_RESOURCE_NAME. */
  trace(actor: Actor, input: TraceInput): Promise<DelegationTrace>;
};

/** Delegations: who answers in whose place. Following them for a task is the gate's (`resolveDelegations`). */
export function createDelegationsService(deps: DelegationDeps): DelegationsService {
  const { pool, clock, ids, ledger } = deps;

  /** One for its owner and admins; its delegate may read it. */
  async function mine(actor: Actor, id: string, mayRead: "owner" | "delegate"): Promise<DelegationRow> {
    const row = await findDelegation(pool, id);
    if (!row) throw errors.NOT_FOUND({ message: "There is no such delegation." });
    const isDelegate = mayRead === "delegate" && row.delegate_to === actor.id;
    if (!isDelegate) assertOwn(actor, row.owner_id);
    return row;
  }

  /** Writes it, and answers it with what its owner should know. Null where somebody was faster. */
  async function store(
    actor: Actor,
    action: string,
    rule: DelegationRule,
    people: readonly Person[],
    write: HotWrite,
  ): Promise<DelegationStored | null> {
    const [row] = await ledger.commit<DelegationRow>(actor, [factOf(action, rule)], write);
    if (!row) return null;
    const warnings = pitfallsOf(rule, await loadActive(pool), people, clock.now());
    return { ...presentDelegation(row, namesOf(people), clock.now()), warnings };
  }

  return {
    async list(actor, { scope }) {
      if (scope === "all") assertAdmin(actor, "Only an admin sees the delegations of everybody.");
      const [rows, people] = await Promise.all([
        listDelegations(pool, {
          ...(scope === "mine" || scope === "both" ? { owner_id: actor.id } : {}),
          ...(scope === "to_me" || scope === "both" ? { delegate_to: actor.id } : {}),
        }),
        deps.directory(),
      ]);
      return rows.map((row) => presentDelegation(row, namesOf(people), clock.now()));
    },

    async get(actor, id) {
      const row = await mine(actor, id, "delegate");
      return presentDelegation(row, namesOf(await deps.directory()), clock.now());
    },

    async create(actor, input) {
      const owner_id = input.owner_id ?? actor.id;
      assertOwn(actor, owner_id);
      const people = await deps.directory();
      const content = contentOf(input);
      const rule = { id: ids.uuid(), owner_id, ...content };
      assertSound(rule, people);
      const stored = await store(
        actor,
        "delegation.created",
        rule,
        people,
        insertDelegation(rule.id, owner_id, content, MOST_OF_ONE_OWNER),
      );
      if (!stored) throw delegationErrors.TOO_MANY_DELEGATIONS();
      return stored;
    },

    async update(actor, id, { expected_version, ...patch }) {
      const current = await mine(actor, id, "owner");
      if (expected_version !== undefined && expected_version !== current.version) {
        throw errors.CONFLICT({ message: `This delegation has version ${current.version} by now.` });
      }
      const people = await deps.directory();
      const content = patched(current, patch);
      const rule = { id, owner_id: current.owner_id, ...content };
      assertSound(rule, people);
      const write = updateDelegation(current, content);
      const stored = await store(actor, "delegation.updated", rule, people, write);
      if (!stored) throw errors.CONFLICT();
      return stored;
    },

    async remove(actor, id) {
      const current = await mine(actor, id, "owner");
      const facts = [factOf("delegation.deleted", current)];
      const rows = await ledger.commit(actor, facts, deleteDelegation(current));
      if (rows.length === 0) throw errors.CONFLICT();
    },

    active: () => loadActive(pool),

    async trace(actor, input) {
      const owner_id = input.owner_id ?? actor.id;
      assertOwn(actor, owner_id);
      const [rules, people] = await Promise.all([loadActive(pool), deps.directory()]);
      const owner = people.find((person) => person.id === owner_id);
      if (!owner) throw errors.VALIDATION_ERROR({ details: [{ field: "owner_id", issue: "is no user" }] });
      const facts = {
        type: input.type,
        keys: [canonicalKey(input.resource, "resource")],
        score: input.risk,
        tags: input.tags,
        at: input.at ?? clock.now(),
        makers: input.author_id === undefined ? [] : [input.author_id],
      };
      const found = resolveDelegations(rules, [owner_id], facts, people).get(owner_id)!;
      const path = found.path.map((id, place) => ({ id, name: found.via[place]! }));
      return {
        owner: { id: owner_id, name: owner.name },
        end: path.at(-1)!,
        path,
        stops: found.stops,
        looks: [...found.looks],
        warnings: [...whyNotAsked(owner, facts.makers), ...found.warnings],
      };
    },
  };
}

/** Of people who are not asked in the first place nothing is passed on; said, since a trace shows the way all the same. */
function whyNotAsked(owner: Person, makers: readonly string[]): string[] {
  const because = !owner.active
    ? "has left"
    : makers.includes(owner.id)
      ? "made this change"
      : mayReview(owner)
        ? null
        : "may not review";
  return because
    ? [`No policy asks ${owner.name}, who ${because}: this is only how it would go from there.`]
    : [];
}

function assertAdmin(actor: Actor, message: string): void {
  if (!actor.roles.includes("admin")) throw errors.FORBIDDEN({ message });
}

function assertOwn(actor: Actor, ownerId: string): void {
  if (ownerId === actor.id) return;
  assertAdmin(actor, "This is somebody else's; only they and admins decide who answers for them.");
}

/** What is wrong with it beyond its shape: nobody to delegate to, or times that never come. */
function assertSound(rule: DelegationRule, people: readonly Person[]): void {
  const details: { field: string; issue: string }[] = [];
  const isActive = (id: string) => people.some((person) => person.id === id && person.active);
  if (!isActive(rule.owner_id)) details.push({ field: "owner_id", issue: "is no active user" });
  if (rule.delegate_to === rule.owner_id) {
    details.push({ field: "delegate_to", issue: "is the owner; nobody delegates to themselves" });
  } else if (!isActive(rule.delegate_to)) {
    details.push({ field: "delegate_to", issue: "is no active user" });
  }
  const { starts_at, expires_at } = rule;
  if (starts_at !== null && expires_at !== null && microsecondsOf(starts_at) >= microsecondsOf(expires_at)) {
    details.push({ field: "expires_at", issue: "is not after starts_at" });
  }
  if (details.length > 0) throw errors.VALIDATION_ERROR({ details });
}

/** The delegation as it is after the patch: null takes away, what is absent stays. */
function patched(
  current: DelegationRow,
  patch: Omit<DelegationPatch, "expected_version">,
): DelegationContent {
  const { conditions, delegate_to, cascade, starts_at, expires_at, note, active } = current;
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  return { conditions, delegate_to, cascade, starts_at, expires_at, note, active, ...given };
}

function factOf(action: string, rule: DelegationRule) {
  const { id, owner_id, delegate_to, conditions, cascade, starts_at, expires_at, active } = rule;
  const detail = { owner_id, delegate_to, conditions, cascade, starts_at, expires_at, active };
  return { action, entity_type: "delegation", entity_id: id, detail };
}

function namesOf(people: readonly Person[]): (id: string) => string {
  const names = new Map(people.map((person) => [person.id, person.name]));
  return (id) => names.get(id) ?? "somebody unknown";
}
