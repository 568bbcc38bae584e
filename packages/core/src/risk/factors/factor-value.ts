/** What a factor computed: 0-100, and why, for a reviewer. */
export type FactorValue = { value: number; explanation: string };

/** "1 service", "14 services". */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** 0 for nothing, `most` for `full` and more, in between by logarithm: the first ones tell the most. */
export function logShare(count: number, full: number, most: number): number {
  return most * Math.min(1, Math.log2(1 + count) / Math.log2(1 + full));
}
