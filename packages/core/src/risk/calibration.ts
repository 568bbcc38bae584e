import type { CalibrationBand, OutcomeShare } from "./schema.ts";

/** How tasks of one band of ten points ended; `settled` are those that were applied, to a success or not. */
export type BandCounts = {
  /** 0 for scores 0-9, 9 for 90-100. */
  band: number;
  tasks: number;
  settled: number;
  failed: number;
  rolled_back: number;
  returned: number;
};

const BANDS = 10;
/** Of the standard normal distribution, two-sided 95 %. */
const Z95 = 1.959964;

/**
 * A share with its 95 % interval after Wilson ("Probable Inference, the Law of Succession, and Statistical Inference",
 * JASA 1927): honest for few tasks and for shares near 0 and 1, where the usual one is not. null of none.
 */
export function wilson(hits: number, of: number): OutcomeShare {
  if (of === 0) return { hits, of, share: null, low: null, high: null };
  const share = hits / of;
  const z2 = Z95 ** 2;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z95 * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  return { hits, of, share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * The score held against what came of it, in ten bands of ten points: of the tasks that were applied, the share that
 * failed and that was rolled back; of all that were reviewed, the share that went back to its author.
 */
export function calibrate(counts: readonly BandCounts[]): CalibrationBand[] {
  return Array.from({ length: BANDS }, (_, band) => {
    const found = counts.find((each) => each.band === band);
    const { tasks = 0, settled = 0, failed = 0, rolled_back = 0, returned = 0 } = found ?? {};
    return {
      from: band * 10,
      to: band === BANDS - 1 ? 100 : band * 10 + 9,
      tasks,
      failed: wilson(failed, settled),
      rolled_back: wilson(rolled_back, settled),
      returned: wilson(returned, tasks),
    };
  });
}
