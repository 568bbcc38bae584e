import type { Pool } from "pg";
import type { Logger } from "pino";
import type { AgentsService } from "../agents/service.ts";
import type { DelegationsService } from "../delegations/service.ts";
import type { ExecutorsService } from "../executors/service.ts";
import type { PrismaClient } from "../generated/client.ts";
import type { IdentityService } from "../identity/service.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Ledger } from "../ledger/service.ts";
import type { LocksService } from "../locks/service.ts";
import type { PolicyService } from "../policies/service.ts";
import type { ResourceService } from "../resources/service.ts";
import type { RiskService } from "../risk/service.ts";
import type { SecretsService } from "../secrets/service.ts";
import type { TasksService } from "../tasks/service.ts";

export type GateDeps = {
  pool: Pool;
  prisma: PrismaClient;
  ledger: Ledger;
  tasks: TasksService;
  executors: ExecutorsService;
  resources: ResourceService;
  risk: RiskService;
  policies: PolicyService;
  delegations: Pick<DelegationsService, "active">;
  identity: Pick<IdentityService, "directory">;
  secrets: Pick<SecretsService, "assertUsable" | "isNamedBy" | "open">;
  agents: Pick<AgentsService, "mayPropose" | "holdRates" | "toolVerdict">;
  locks: Pick<LocksService, "holderOf" | "leave">;
  /** Ids of those who are on call at a moment. */
  onCall: { at(moment: Date): Promise<string[]> };
  clock: Clock;
  ids: Ids;
  log: Logger;
  /** How long submit and dry run wait for the plan before they answer without it. */
  planWaitMs: number;
};
