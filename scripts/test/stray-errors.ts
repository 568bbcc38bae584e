import { writeFileSync } from "node:fs";
import type { Reporter, Vitest } from "vitest/node";

/** Beside Vitest's JSON report, where an error came outside of every test: the report itself does not say so. */
export const strayOf = (report: string): string => `${report}.stray`;

export default class StrayErrors implements Reporter {
  #report = "";

  onInit({ config }: Vitest): void {
    this.#report = (config.outputFile as { json: string }).json;
  }

  onTestRunEnd(_files: unknown, errors: readonly unknown[]): void {
    if (errors.length > 0) writeFileSync(strayOf(this.#report), String(errors.length));
  }
}
