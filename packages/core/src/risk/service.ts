import type { Pool } from "pg";
import type { PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ledger } from "../ledger/service.ts";
import { touchedResources } from "./factors/touched-resource.ts";
import { probabilityOf, train } from "./learned/train.ts";
import { lowerings, type ReachWithout } from "./lower.ts";
import type { LearnedModel, RiskLowering, RiskSettings, RiskSettingsEffect } from "./schema.ts";
import { assessRisk, type RiskFacts, type ScoredRisk } from "./score.ts";
import { settingsEffect } from "./settings-effect.ts";
import {
  findApplied,
  findHistory,
  findRated,
  readLearned,
  readSettings,
  writeLearned,
  writeSettings,
} from "./store.ts";

export { type BandCounts, calibrate, wilson } from "./calibration.ts";
export { assessRisk, type RiskFacts, type ScoredRisk } from "./score.ts";
export { DEFAULT_RISK_SETTINGS, levelOf } from "./settings.ts";

const TASKS_COMPARED = 500;
const TASKS_LEARNED = 20_000;

export type RiskDeps = { pool: Pool; prisma: PrismaClient; clock: Clock; ledger: Ledger };

/** What the caller knows of a task; history and settings are read here. */
export type AssessInput = Omit<RiskFacts, "history" | "settings"> & {
  type: string;
  reach_without?: ReachWithout;
};

/** The score, with what is shown beside it. */
export type Assessed = ScoredRisk & { lower: RiskLowering[]; learned_probability?: number };

export type RiskService = {
  /** Scores a task or a draft of one, and says what would lower it; stores nothing. */
  assess(input: AssessInput): Promise<Assessed>;
  settings(): Promise<RiskSettings>;
  /** What these settings would make of the last tasks, beside those in force; stores nothing. */
  compareSettings(settings: RiskSettings): Promise<RiskSettingsEffect>;
  /** The learned model as it was trained last, or null. */
  learned(): Promise<LearnedModel | null>;
  /** Trains it anew on what was applied, and judges it by the later part; it is shown, and decides nothing. */
  learn(actor: Actor): Promise<LearnedModel>;
  /** Replaces weights and bands, for tasks that are assessed from now on. */
  updateSettings(actor: Actor, settings: RiskSettings): Promise<RiskSettings>;
};

/** Risk: four explained factors, their history and their settings. */
export function createRiskService(deps: RiskDeps): RiskService {
  return {
    async assess({ type, reach_without, ...given }) {
      const touched = touchedResources(given.resources, given.keys).map((resource) => resource.key);
      const [history, settings, model] = await Promise.all([
        findHistory(deps.pool, type, touched),
        readSettings(deps.prisma),
        readLearned(deps.prisma),
      ]);
      const facts = { ...given, history, settings };
      const scored = assessRisk(facts);
      return {
        ...scored,
        lower: lowerings(facts, scored, reach_without),
        ...(model?.weights && { learned_probability: probabilityOf(model.weights, scored.factors) }),
      };
    },
    settings: () => readSettings(deps.prisma),
    async compareSettings(settings) {
      const [inForce, tasks] = await Promise.all([
        readSettings(deps.prisma),
        findRated(deps.pool, TASKS_COMPARED),
      ]);
      return settingsEffect(tasks, inForce, settings);
    },
    learned: () => readLearned(deps.prisma),
    async learn(actor) {
      const now = deps.clock.now();
      const trained = train(await findApplied(deps.pool, TASKS_LEARNED));
      const model: LearnedModel = { ...trained, trained_at: now.toISOString() };
      return deps.ledger.write(actor, async (tx) => {
        await writeLearned(tx, model, now);
        const fact = {
          ...{ action: "setting.updated", entity_type: "setting", entity_id: "risk_learned" },
          detail: { after: model },
        };
        return { result: model, facts: [fact] };
      });
    },
    updateSettings(actor, settings) {
      return deps.ledger.write(actor, async (tx) => {
        const before = await readSettings(tx);
        await writeSettings(tx, settings, deps.clock.now());
        const detail = { before, after: settings };
        return {
          result: settings,
          facts: [{ action: "setting.updated", entity_type: "setting", entity_id: "risk", detail }],
        };
      });
    },
  };
}
