import type { PrismaClient } from "../generated/client.ts";
import type { Actor, Role } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { type Ids, sha256 } from "../kernel/ids.ts";
import type { Ledger, Tx } from "../ledger/service.ts";
import { identityErrors } from "./errors.ts";
import { assertStrong, hashPassword } from "./password.ts";
import { dropLinksOf, getUser, setPassword } from "./people-store.ts";
import type { AcceptedLink, AcceptLinkInput, LinkEntry, LinkKind, NewLink } from "./schema.ts";

/** How long a link is good for. */
const HOURS: Record<LinkKind, number> = { invite: 7 * 24, reset: 24 };
const HOUR_MS = 3_600_000;

export type LinkDeps = { prisma: PrismaClient; clock: Clock; ids: Ids; ledger: Ledger };

/**
 * Links by which a person sets a password: one-time tokens of 256 bits in better-auth's `verification` table, stored
 * as SHA-256 only (`identifier` = `link:<hash>`, `value` = `<kind>:<user_id>`). A new one ends the person's others.
 */
export function createLinkCommands(deps: LinkDeps) {
  const { prisma, clock, ids, ledger } = deps;

  /** The person and kind of a link that still works, or LINK_INVALID. */
  async function open(db: Pick<Tx, "verification" | "user">, token: string) {
    const row = await db.verification.findFirst({
      where: { identifier: identifierOf(token), expires_at: { gt: clock.now() } },
    });
    const [kind, userId] = row?.value.split(":") ?? [];
    const user = userId ? await db.user.findUnique({ where: { id: userId } }) : null;
    if (!row || !user?.active || (kind !== "invite" && kind !== "reset")) {
      throw identityErrors.LINK_INVALID();
    }
    return { row, user, kind: kind as LinkKind };
  }

  return {
    /** NOT_FOUND; LINK_INVALID for a person who left. */
    async create(actor: Actor, userId: string, kind: LinkKind): Promise<NewLink> {
      const token = ids.secret(32);
      const expires_at = new Date(clock.now().getTime() + HOURS[kind] * HOUR_MS);
      return ledger.write(actor, async (tx) => {
        const user = await getUser(tx, userId);
        if (!user.active) {
          throw identityErrors.LINK_INVALID({ message: "This person has left; a link would not work." });
        }
        await dropLinksOf(tx, userId);
        await tx.verification.create({
          data: { id: ids.uuid(), identifier: identifierOf(token), value: `${kind}:${userId}`, expires_at },
        });
        const detail = { kind, expires_at: expires_at.toISOString() };
        return {
          result: { path: `/accept?token=${token}`, expires_at: expires_at.toISOString() },
          facts: [{ action: "link.created", entity_type: "user", entity_id: userId, detail }],
        };
      });
    },

    async read(token: string): Promise<LinkEntry> {
      const { row, user, kind } = await open(prisma, token);
      return { kind, name: user.name, email: user.email, expires_at: row.expires_at.toISOString() };
    },

    /** Sets the password and ends the person's sessions. Of two who use one link at once, one gets LINK_INVALID. */
    async accept(input: AcceptLinkInput, where: Actor["where"]): Promise<AcceptedLink> {
      const { row, user, kind } = await open(prisma, input.token);
      assertStrong(input.password, user.email);
      const hash = await hashPassword(input.password);
      const actor: Actor = {
        kind: "user",
        id: user.id,
        name: user.name,
        roles: user.roles as Role[],
        groups: [],
        scopes: null,
        owner_id: null,
        via: `link:${row.id}`,
        where,
      };
      return ledger.write(actor, async (tx) => {
        const { count } = await tx.verification.deleteMany({ where: { id: row.id } });
        if (count === 0) throw identityErrors.LINK_INVALID();
        await setPassword(tx, ids, user.id, hash);
        await tx.session.deleteMany({ where: { user_id: user.id } });
        const fact = {
          action: "user.password_set",
          entity_type: "user",
          entity_id: user.id,
          detail: { kind },
        };
        return { result: { email: user.email }, facts: [fact] };
      });
    },
  };
}

function identifierOf(token: string): string {
  return `link:${sha256(token)}`;
}
