import type { Actor } from "../../kernel/actor.ts";
import { defineSetting } from "../../ledger/service.ts";
import type { AgentsDeps } from "../deps.ts";
import { DEFAULT_CATALOGUE } from "./default.ts";
import { type AgentCatalogue, catalogueValue } from "./schema.ts";

const setting = defineSetting("agent_catalogue", catalogueValue, DEFAULT_CATALOGUE);

/** What the wizard offers: providers with their models, tools with their risk, templates. */
export function createCatalogue({ prisma, ledger, clock }: Pick<AgentsDeps, "prisma" | "ledger" | "clock">) {
  return {
    async read(): Promise<AgentCatalogue> {
      const { value, version } = await setting.read(prisma);
      return { ...value, version };
    },
    /** Replaces it whole. CONFLICT where somebody else did meanwhile. */
    async replace(
      actor: Actor,
      { version: expected_version, ...value }: AgentCatalogue,
    ): Promise<AgentCatalogue> {
      const kept = await setting.replace({ ledger, clock }, actor, { value, expected_version });
      return { ...kept.value, version: kept.version };
    },
  };
}
export type Catalogue = ReturnType<typeof createCatalogue>;
