import type { Prisma } from "../../generated/client.ts";
import type { Actor } from "../../kernel/actor.ts";
import { errors } from "../../kernel/errors.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { AgentsDeps } from "../deps.ts";
import { agentErrors } from "../errors.ts";
import { missingAgent } from "../facts.ts";
import { findAgent, isNameTaken } from "../store.ts";
import { summarise } from "../summary.ts";
import { draftOfAgent, draftOfFile, draftOfTemplate } from "./begin.ts";
import { type DraftFacts, finish, permittedOf } from "./finish.ts";
import {
  type AgentDraft,
  type CreateDraftInput,
  type DraftData,
  type DraftList,
  draftData,
  type SaveDraftInput,
} from "./schema.ts";

const MAX_DRAFTS = 50;
const KEPT_DAYS = 90;

type Row = Prisma.agent_draftGetPayload<object>;

/**
 * Agents that somebody is still describing: their own, and nobody else's. They are no facts and in no ledger, because
 * nothing follows from them before the agent is made.
 */
export function createDrafts(
  deps: Pick<AgentsDeps, "pool" | "prisma" | "ids" | "clock">,
  catalogue: Catalogue,
) {
  const { pool, prisma, ids, clock } = deps;

  async function begin({ from }: CreateDraftInput): Promise<DraftData> {
    if (!from) return {};
    if ("file" in from) return draftOfFile(from.file);
    if ("agent_id" in from) {
      const agent = await findAgent(pool, from.agent_id);
      if (!agent) throw missingAgent();
      return draftOfAgent(agent);
    }
    const template = (await catalogue.read()).templates.find(({ id }) => id === from.template_id);
    if (!template) throw errors.NOT_FOUND({ message: "There is no such template." });
    return draftOfTemplate(template);
  }

  async function factsOf(data: DraftData): Promise<DraftFacts> {
    const [name_taken, owner] = await Promise.all([
      data.name?.trim() ? isNameTaken(pool, data.name) : false,
      isUuid(data.owner_id)
        ? prisma.user.findUnique({ where: { id: data.owner_id }, select: { active: true } })
        : { active: true },
    ]);
    return { name_taken, owner_left: !owner?.active };
  }

  async function present(row: Row): Promise<AgentDraft> {
    const data = draftData.parse(row.data);
    const [facts, { tools }] = await Promise.all([factsOf(data), catalogue.read()]);
    const { input, problems } = finish(data, facts);
    return {
      ...{ id: row.id, version: row.version, step: row.step, data, problems, input },
      updated_at: row.updated_at.toISOString(),
      name_taken: facts.name_taken,
      summary: summarise(permittedOf(data), tools),
    };
  }

  async function own(actor: Actor, id: string): Promise<Row> {
    const row = await prisma.agent_draft.findFirst({ where: { id, owner_id: actor.id } });
    if (!row) throw missing();
    return row;
  }

  return {
    /** NOT_FOUND (agent, template), VALIDATION_ERROR (file), TOO_MANY_AGENT_DRAFTS. */
    async create(actor: Actor, input: CreateDraftInput): Promise<AgentDraft> {
      const data = await begin(input);
      if ((await prisma.agent_draft.count({ where: { owner_id: actor.id } })) >= MAX_DRAFTS) {
        throw agentErrors.TOO_MANY_AGENT_DRAFTS();
      }
      const now = clock.now();
      const row = await prisma.agent_draft.create({
        data: { id: ids.uuid(), owner_id: actor.id, data: json(data), created_at: now, updated_at: now },
      });
      return present(row);
    },
    get: async (actor: Actor, id: string): Promise<AgentDraft> => present(await own(actor, id)),
    /** The last touched first. */
    async list(actor: Actor): Promise<DraftList> {
      const rows = await prisma.agent_draft.findMany({
        where: { owner_id: actor.id },
        orderBy: [{ updated_at: "desc" }, { id: "desc" }],
      });
      const presented = await Promise.all(rows.map(present));
      return {
        drafts: presented.map(({ id, version, step, data, problems, updated_at }, index) => ({
          ...{ id, version, step, name: data.name ?? "", problems: problems.length, updated_at },
          created_at: rows[index]!.created_at.toISOString(),
        })),
      };
    },
    /** Replaces it whole. CONFLICT where it was saved elsewhere meanwhile; NOT_FOUND. */
    async save(actor: Actor, id: string, { version, step, data }: SaveDraftInput): Promise<AgentDraft> {
      const { count } = await prisma.agent_draft.updateMany({
        where: { id, owner_id: actor.id, version },
        data: { data: json(data), step, version: version + 1, updated_at: clock.now() },
      });
      const row = await own(actor, id);
      if (count === 0) {
        throw errors.CONFLICT({
          message: "This draft was saved in another window meanwhile. Read it again first.",
          details: { version: row.version },
        });
      }
      return present(row);
    },
    /** Twice is as once. */
    async remove(actor: Actor, id: string): Promise<void> {
      await prisma.agent_draft.deleteMany({ where: { id, owner_id: actor.id } });
    },
    /** Lets go of what nobody has touched for a season. */
    async forget(): Promise<void> {
      await pool.query(`DELETE FROM agent_draft WHERE updated_at < now() - interval '${KEPT_DAYS} days'`);
    },
  };
}

const missing = () => errors.NOT_FOUND({ message: "There is no such draft." });

function isUuid(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function json(data: DraftData): Prisma.InputJsonValue {
  return data as Prisma.InputJsonValue;
}
