import type { Browser, Page } from "@playwright/test";
import { buildWeb } from "../../scripts/start/prepare.ts";
import type { Bench, Benchmark, CaseTable } from "../frame/benchmark.ts";
import { openBrowser } from "../frame/browser.ts";
import { atLeast, under } from "../frame/goals.ts";
import { ADMIN } from "../frame/product-processes.ts";
import { percentile } from "../frame/statistics.ts";
import { type FrameTimes, frameTimes, loadCold, VIEWPORT } from "../look/page-load.ts";
import { signedIn } from "../look/session.ts";
import { type LockPageHouse, openLockPageHouse } from "./lock-page-house.ts";

const HELD = 10_000;
const WAITING = 2_000;
const ROUNDS = 5;
const SCROLL_MS = 4_000;
/** Of the frames that a list of plain text has. */
const PART = 0.97;
const ROW_PX = 46;
/** Half of a 60th of a second; the other half is left to the browser. */
const CPU_MS = 8;

type Subject = { name: string; page: Page };

/** As many lines of text, in a page that does nothing: what this machine can do at all. */
async function openPlainList(browser: Browser, lines: number): Promise<Page> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  const items = Array.from(
    { length: lines },
    (_, at) => `<li>service:bench/held-${at} exclusive worker:bench, 30 s</li>`,
  );
  await page.setContent(
    `<style>body{margin:0}ul{height:100vh;overflow-y:auto;margin:0}li{height:${ROW_PX}px}</style><ul>${items.join("")}</ul>`,
  );
  return page;
}

async function openOurs(browser: Browser, house: LockPageHouse, path: string, ready: string): Promise<Page> {
  const session = await signedIn(browser, house.url, ADMIN);
  const { page } = await loadCold(browser, `${house.url}${path}`, { ready, slowdown: 1, session });
  return page;
}

/** In turn, so that whatever else the machine does meets all of them; the median of the rounds. */
async function inTurn(subjects: readonly Subject[], rounds: number, ms: number): Promise<FrameTimes[]> {
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

function tableOf(subjects: readonly Subject[], times: readonly FrameTimes[]): CaseTable["cases"] {
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

async function run({ servers, quick }: Bench) {
  await buildWeb();
  const [held, waiting] = quick ? [HELD / 10, WAITING / 10] : [HELD, WAITING];
  await using opened = new AsyncDisposableStack();
  const house = await openLockPageHouse(servers, { held, waiting });
  opened.defer(house.stop);
  const browser = await openBrowser();
  opened.defer(() => browser.close());
  const subjects: Subject[] = [
    { name: "a list of plain text that nothing happens to", page: await openPlainList(browser, held) },
    { name: "/locks, who holds what", page: await openOurs(browser, house, "/locks", "tbody tr") },
    {
      name: "/locks, who waits for whom, as a list",
      page: await openOurs(browser, house, "/locks?tab=waits&as=list", "li button[data-row]"),
    },
    {
      name: "/locks, who waits for whom, as a picture",
      page: await openOurs(browser, house, "/locks?tab=waits&as=picture", "li button[aria-pressed]"),
    },
  ];
  const times = await inTurn(subjects, quick ? 1 : ROUNDS, quick ? 1_000 : SCROLL_MS);
  return {
    comparisons: [],
    cases: [
      {
        name: `${held.toLocaleString("en-US")} held, ${waiting.toLocaleString("en-US")} waiting, a circle of three among them, while a wheel turns`,
        cases: tableOf(subjects, times),
      },
    ],
    notes: [
      "Chromium without a graphics card at 1440x900. All locks are beaten every 10 s and one is taken and given back four times a second, of which the pages are told. A wheel pans the picture.",
      "Nobody ends the circle, so it is drawn and named all the time. The rounds take turns; each figure is the median of theirs.",
    ],
  };
}

export const lockPage: Benchmark = {
  name: "lock-page",
  title: "The locks page in Chromium",
  reference: "a list of as many lines of plain text in the same browser",
  goal: "60 frames a second with 10,000 locks and a deadlock in progress, or all that the plain list has",
  run,
};
