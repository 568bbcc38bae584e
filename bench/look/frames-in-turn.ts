import type { Browser, Page } from "@playwright/test";
import type { CaseTable } from "../frame/benchmark.ts";
import { atLeast, under } from "../frame/goals.ts";
import { percentile } from "../frame/statistics.ts";
import { type FrameTimes, frameTimes, VIEWPORT } from "./page-load.ts";

/** Of the frames that a list of plain text has. */
const PART = 0.97;
/** Half of a 60th of a second; the other half is left to the browser. */
const CPU_MS = 8;

export type Subject = { name: string; page: Page };

/** So many lines of text of that height, in a page that does nothing: what this machine can do at all. */
export async function openPlainList(browser: Browser, lines: number, rowPx: number): Promise<Page> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  const items = Array.from(
    { length: lines },
    (_, at) => `<li>line ${at} of a list that nothing happens to</li>`,
  );
  await page.setContent(
    `<style>body{margin:0}ul{height:100vh;overflow-y:auto;margin:0}li{height:${rowPx}px}</style><ul>${items.join("")}</ul>`,
  );
  return page;
}

/** The frames of each, in turn, so that whatever else the machine does meets all of them; the median of the rounds. */
export async function framesInTurn(
  subjects: readonly Subject[],
  rounds: number,
  ms: number,
): Promise<FrameTimes[]> {
  const seen: FrameTimes[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { page }] of subjects.entries()) {
      await page.bringToFront();
      seen[at]!.push(await frameTimes(page, ms));
    }
  }
  const median = (times: readonly FrameTimes[], of: keyof FrameTimes) =>
    percentile(
      times.map((each) => each[of]),
      0.5,
    );
  return seen.map((times) => ({
    perSecond: median(times, "perSecond"),
    p99Ms: median(times, "p99Ms"),
    longestMs: median(times, "longestMs"),
    cpuMs: median(times, "cpuMs"),
  }));
}

/** A row for each; the first is what the others are compared with. */
export function frameTable(subjects: readonly Subject[], times: readonly FrameTimes[]): CaseTable["cases"] {
  const plain = times[0]!;
  return subjects.map(({ name }, at) => {
    const { perSecond, p99Ms, longestMs, cpuMs } = times[at]!;
    return {
      name,
      figures: {
        "frames a second": perSecond,
        "frame p99 ms": p99Ms,
        "longest frame ms": longestMs,
        "CPU ms a frame": cpuMs,
      },
      goals:
        at === 0
          ? []
          : [atLeast(PART, perSecond / plain.perSecond), under("CPU", cpuMs, CPU_MS, "ms a frame")],
    };
  });
}
