import { z } from "zod";

export const RISK_LEVELS = ["LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;
export const riskLevel = z.enum(RISK_LEVELS);
export type RiskLevel = z.infer<typeof riskLevel>;

export const RISK_FACTORS = [
  "resource_criticality",
  "change_magnitude",
  "blast_radius",
  "historical_failure_rate",
] as const;
export type RiskFactorName = (typeof RISK_FACTORS)[number];

export const riskFactor = z.strictObject({
  name: z.enum(RISK_FACTORS),
  weight: z.number(),
  /** 0-100. */
  value: z.number(),
  /** weight * value, not rounded. */
  contribution: z.number(),
  /** A sentence that a reviewer understands. */
  explanation: z.string(),
});
export type RiskFactor = z.infer<typeof riskFactor>;

/** Something that would lower the score, and to what: "without the deletion it would be 48 (MEDIUM)". */
export const riskLowering = z.strictObject({ text: z.string(), score: z.int(), level: riskLevel });
export type RiskLowering = z.infer<typeof riskLowering>;

/** The score and why (risk.md). The contributions' sum, rounded, is the score. */
export const riskAssessment = z.strictObject({
  score: z.int().min(0).max(100),
  level: riskLevel,
  factors: z.array(riskFactor),
  /** What would lower it, the most helpful first; absent where it was scored before that was told. */
  lower: z.array(riskLowering).optional(),
  /** The probability of failure by the learned model, where there is one; it decides nothing. */
  learned_probability: z.number().optional(),
  auto_approvable: z.boolean(),
});
export type RiskAssessment = z.infer<typeof riskAssessment>;

const weight = z.number().min(0).max(1);

/** Weights and bands (risk.md): kept in the table `setting` under the key `risk`. */
export const riskSettings = z.strictObject({
  weights: z
    .strictObject({
      resource_criticality: weight,
      change_magnitude: weight,
      blast_radius: weight,
      historical_failure_rate: weight,
    })
    .refine((weights) => Math.abs(Object.values(weights).reduce((sum, one) => sum + one, 0) - 1) < 1e-9, {
      error: "the weights must add up to 1",
    }),
  /** The lowest score of each band; below the first is LOW. */
  bands: z
    .strictObject({
      medium_from: z.int().min(1).max(100),
      high_from: z.int().min(1).max(100),
      critical_from: z.int().min(1).max(100),
    })
    .refine((bands) => bands.medium_from < bands.high_from && bands.high_from < bands.critical_from, {
      error: "the bands must rise",
    }),
});
export type RiskSettings = z.infer<typeof riskSettings>;

/** In force, with their version. A change may carry the version that it was made from: what was read can be sent back. */
export const riskSettingsEntry = riskSettings.extend({ version: z.int().min(0) });
export type RiskSettingsEntry = z.infer<typeof riskSettingsEntry>;
export const riskSettingsChange = riskSettings.extend({ version: z.int().min(0).optional() });
export type RiskSettingsChange = z.infer<typeof riskSettingsChange>;

/** How tasks of one type on overlapping resources ended lately; cancelled ones say nothing and are not among them. */
export const riskHistory = z.strictObject({ failures: z.int().min(0), completed: z.int().min(0) });
export type RiskHistory = z.infer<typeof riskHistory>;

/** A share with its 95 % interval; null of none. */
export const outcomeShare = z.strictObject({
  hits: z.int(),
  of: z.int(),
  share: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type OutcomeShare = z.infer<typeof outcomeShare>;

/** How tasks with a score from `from` to `to` ended. */
export const calibrationBand = z.strictObject({
  from: z.int(),
  to: z.int(),
  tasks: z.int(),
  failed: outcomeShare,
  rolled_back: outcomeShare,
  returned: outcomeShare,
});
export type CalibrationBand = z.infer<typeof calibrationBand>;

/** What other weights and bands would make of the last tasks. */
export const riskSettingsEffect = z.strictObject({
  tasks: z.int(),
  levels: z.array(z.strictObject({ level: riskLevel, before: z.int(), after: z.int() })),
  /** Those that move the most, at most ten. */
  moved: z.array(
    z.strictObject({
      id: z.uuid(),
      title: z.string(),
      before: z.strictObject({ score: z.int(), level: riskLevel }),
      after: z.strictObject({ score: z.int(), level: riskLevel }),
    }),
  ),
});
export type RiskSettingsEffect = z.infer<typeof riskSettingsEffect>;

/** A model of failure over the four factors, with how it was judged. It is shown beside the score and decides nothing. */
export const learnedModel = z.strictObject({
  trained_at: z.string(),
  trained_on: z.strictObject({ tasks: z.int(), failures: z.int() }),
  /** Later tasks that it was judged by and had not seen. */
  held_out: z.strictObject({ tasks: z.int(), failures: z.int() }),
  /** Log-odds: intercept, then one a factor; null where there was too little to learn from. */
  weights: z
    .array(z.number())
    .length(RISK_FACTORS.length + 1)
    .nullable(),
  /** What is to be thought of it, in a sentence. */
  why: z.string(),
  /** Beside a forecaster who always names the plain share of failures. */
  judged: z
    .strictObject({
      log_loss: z.number(),
      base_log_loss: z.number(),
      brier: z.number(),
      base_brier: z.number(),
      auc: z.number(),
      /** Fifths by the probability foretold: its mean, and the share that failed. */
      groups: z.array(z.strictObject({ foretold: z.number(), failed: outcomeShare })),
    })
    .nullable(),
});
export type LearnedModel = z.infer<typeof learnedModel>;
