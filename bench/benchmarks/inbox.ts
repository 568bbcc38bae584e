import type { Browser, Page } from "@playwright/test";
import { buildWeb } from "../../scripts/start/prepare.ts";
import type { Bench, Benchmark, CaseTable } from "../frame/benchmark.ts";
import { openBrowser } from "../frame/browser.ts";
import { atMost, under } from "../frame/goals.ts";
import { percentile } from "../frame/statistics.ts";
import { loadCold, type PageLoad, scrollingFrames, slowestInteraction } from "../look/page-load.ts";
import { startSidequest } from "../references/sidequest-dashboard.ts";
import { type InboxHouse, openInboxHouse } from "./inbox-house.ts";

const ITEMS = 10_000;
const RUNS = 3;
const ARRIVALS = 30;
const SLOWDOWN = 4;
const SCRIPT_KB = 140;
const ROW = "[role=option]";

type Subject = { name: string; open: (slowdown: number) => ReturnType<typeof loadCold> };

/** The median of some cold loads, figure by figure. */
async function coldLoads({ open }: Subject, slowdown: number, runs: number): Promise<PageLoad> {
  const loads: PageLoad[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { load, close } = await open(slowdown);
    loads.push(load);
    await close();
  }
  const middle = (figure: keyof PageLoad) =>
    percentile(
      loads.map((load) => load[figure]),
      0.5,
    );
  return {
    lcpMs: middle("lcpMs"),
    blockingMs: middle("blockingMs"),
    cls: middle("cls"),
    scriptKb: middle("scriptKb"),
    sentKb: middle("sentKb"),
  };
}

const loadFigures = ({ lcpMs, blockingMs, cls, scriptKb, sentKb }: PageLoad) => ({
  "LCP ms": lcpMs,
  "blocked ms": blockingMs,
  CLS: cls,
  "script kB gzip": scriptKb,
  "script kB sent": sentKb,
});

async function compareLoads(ours: Subject, theirs: Subject, runs: number): Promise<CaseTable["cases"]> {
  const cases: CaseTable["cases"] = [];
  for (const slowdown of [1, SLOWDOWN]) {
    const [our, their] = [await coldLoads(ours, slowdown, runs), await coldLoads(theirs, slowdown, runs)];
    const at = slowdown === 1 ? "" : `, CPU ${slowdown} x slower`;
    cases.push({
      name: `${ours.name}${at}`,
      figures: loadFigures(our),
      goals: [
        atMost("LCP, theirs", our.lcpMs, Math.round(their.lcpMs)),
        atMost("blocked ms", our.blockingMs, slowdown === 1 ? 0 : 100),
        atMost("CLS", our.cls, 0),
        atMost("script kB", our.sentKb, SCRIPT_KB),
      ],
    });
    cases.push({ name: `${theirs.name}${at}`, figures: loadFigures(their), goals: [] });
  }
  return cases;
}

/** Down and up the list, marking rows, opening one and closing it: what hands do all day. */
async function useKeyboard(page: Page): Promise<void> {
  for (const key of [
    ...Array(40).fill("j"),
    ..."xjxjx",
    ...Array(20).fill("k"),
    "Enter",
    "j",
    "j",
    "Escape",
  ]) {
    await page.keyboard.press(key);
    await page.waitForTimeout(20);
  }
}

async function handleOf(subject: Subject, forMs: number, act?: (page: Page) => Promise<void>) {
  const { page, close } = await subject.open(1);
  try {
    const frames = await scrollingFrames(page, forMs);
    return { frames, slowestMs: act ? await slowestInteraction(page, () => act(page)) : null };
  } finally {
    await close();
  }
}

/** From each commit of a request to the count that says "n new" on an open inbox, in milliseconds. */
async function arrivals(page: Page, house: InboxHouse, count: number): Promise<number[]> {
  const took: number[] = [];
  for (let arrival = 1; arrival <= count; arrival += 1) {
    const seen = page.evaluate(
      (wanted) =>
        new Promise<number>((resolve) => {
          const look = (): void => {
            if (!document.body.textContent?.includes(`${wanted} new`)) return;
            watch.disconnect();
            requestAnimationFrame(() => resolve(Date.now()));
          };
          const watch = new MutationObserver(look);
          watch.observe(document.body, { childList: true, subtree: true, characterData: true });
          look();
        }),
      arrival,
    );
    const committed = await house.ask(`arrival-${arrival}`);
    took.push((await seen) - committed);
  }
  return took;
}

async function measure(house: InboxHouse, browser: Browser, quick: boolean, sidequest: { url: string }) {
  const runs = quick ? 1 : RUNS;
  const session = await house.signIn(browser);
  const ours: Subject = {
    name: "ours, /approvals",
    open: (slowdown) => loadCold(browser, `${house.url}/approvals`, { ready: ROW, slowdown, session }),
  };
  const theirs: Subject = {
    name: "Sidequest, /jobs",
    open: (slowdown) => loadCold(browser, sidequest.url, { ready: "table tbody tr", slowdown }),
  };
  // The first of each fills the servers' own caches.
  for (const { open } of [ours, theirs]) await (await open(1)).close();
  const loads = await compareLoads(ours, theirs, runs);
  const scrollMs = quick ? 1_000 : 4_000;
  const [hand, theirHand] = [await handleOf(ours, scrollMs, useKeyboard), await handleOf(theirs, scrollMs)];
  const open = await ours.open(1);
  const took = await arrivals(open.page, house, quick ? 5 : ARRIVALS);
  const rows = await open.page.locator(ROW).count();
  await open.close();
  return { loads, hand, theirHand, took, rows };
}

async function run({ servers, quick }: Bench) {
  await buildWeb();
  const items = quick ? 1_000 : ITEMS;
  await using opened = new AsyncDisposableStack();
  const sidequest = await startSidequest(await servers.newDatabase(), items);
  opened.defer(sidequest.stop);
  const house = await openInboxHouse(servers, items);
  opened.defer(house.stop);
  const browser = await openBrowser();
  opened.defer(() => browser.close());
  const { loads, hand, theirHand, took, rows } = await measure(house, browser, quick, sidequest);
  const p95 = percentile(took, 0.95);
  return {
    comparisons: [],
    cases: [
      { name: `cold load with ${items.toLocaleString("en-US")} items`, cases: loads },
      {
        name: "in the hand",
        cases: [
          {
            name: "ours",
            figures: { "frames a second": hand.frames, "slowest answer ms": hand.slowestMs! },
            goals: [under("the slowest answer", hand.slowestMs!, 100, "ms")],
          },
          { name: "Sidequest", figures: { "frames a second": theirHand.frames }, goals: [] },
        ],
      },
      {
        name: "a new approval on the open inbox",
        cases: [
          {
            name: `${took.length} arrivals, from the commit until it shows`,
            figures: { "p50 ms": percentile(took, 0.5), "p95 ms": p95 },
            goals: [under("95 of 100", p95, 500, "ms")],
          },
        ],
      },
    ],
    notes: [
      `Chromium without a graphics card at 1440x900, a fresh cache each time, the median of the runs; ${rows} rows are in the document.`,
      "Theirs is rendered by its server and shows 30 jobs a page; script counts until the page stands, theirs is sent without compression.",
    ],
  };
}

export const inbox: Benchmark = {
  name: "inbox",
  title: "The inbox in Chromium",
  reference: `Sidequest's dashboard over as many jobs, the same script`,
  goal: "LCP no later than theirs, nothing blocked (100 ms at 4 x), CLS 0, 140 kB of script, answers under 100 ms, 60 frames, a new approval within 500 ms",
  run,
};
