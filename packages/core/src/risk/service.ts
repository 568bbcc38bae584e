import type { Pool } from "pg";
import type { PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ledger } from "../ledger/service.ts";
import { touchedResources } from "./factors/touched-resource.ts";
import { probabilityOf, train } from "./learned/train.ts";
import { lowerings, type ReachWithout } from "./lower.ts";
import type {
  LearnedModel,
  RiskLowering,
  RiskSettings,
  RiskSettingsChange,
  RiskSettingsEffect,
  RiskSettingsEntry,
} from "./schema.ts";
import { assessRisk, type RiskFacts, type ScoredRisk } from "./score.ts";
import { settingsEffect } from "./settings-effect.ts";
import { findApplied, findHistory, findRated, LEARNED_MODEL, RISK_SETTINGS } from "./store.ts";

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
  settings(): Promise<RiskSettingsEntry>;
  /** What these settings would make of the last tasks, beside those in force; stores nothing. */
  compareSettings(settings: RiskSettings): Promise<RiskSettingsEffect>;
  /** The learned model as it was trained last, or null. */
  learned(): Promise<LearnedModel | null>;
  /** Trains it anew on what was applied, and judges it by the later part; it is shown, and decides nothing. */
  learn(actor: Actor): Promise<LearnedModel>;
  /**
   * Replaces weights and bands, for tasks that are assessed from now on. CONFLICT where they are no longer those of
   * the expected version.
   */
  updateSettings(actor: Actor, change: RiskSettingsChange): Promise<RiskSettingsEntry>;
};

/** Risk: four explained factors, their history and their settings. */
export function createRiskService(deps: RiskDeps): RiskService {
  const readSettings = async () => (await RISK_SETTINGS.read(deps.prisma)).value;
  const readLearned = async () => (await LEARNED_MODEL.read(deps.prisma)).value;
  return {
    async assess({ type, reach_without, ...given }) {
      const touched = touchedResources(given.resources, given.keys).map((resource) => resource.key);
      const [history, settings, model] = await Promise.all([
        findHistory(deps.pool, type, touched),
        readSettings(),
        readLearned(),
      ]);
      const facts = { ...given, history, settings };
      const scored = assessRisk(facts);
      return {
        ...scored,
        lower: lowerings(facts, scored, reach_without),
        ...(model?.weights && { learned_probability: probabilityOf(model.weights, scored.factors) }),
      };
    },
    async settings() {
      const { value, version } = await RISK_SETTINGS.read(deps.prisma);
      return { ...value, version };
    },
    async compareSettings(settings) {
      const [inForce, tasks] = await Promise.all([readSettings(), findRated(deps.pool, TASKS_COMPARED)]);
      return settingsEffect(tasks, inForce, settings);
    },
    learned: readLearned,
    async learn(actor) {
      const trained = train(await findApplied(deps.pool, TASKS_LEARNED));
      const model: LearnedModel = { ...trained, trained_at: deps.clock.now().toISOString() };
      await LEARNED_MODEL.replace(deps, actor, { value: model });
      return model;
    },
    async updateSettings(actor, { version, ...value }) {
      const kept = await RISK_SETTINGS.replace(deps, actor, { value, expected_version: version });
      return { ...kept.value, version: kept.version };
    },
  };
}
