import type { Browser, Page } from "@playwright/test";
import { buildWeb } from "../../scripts/start/prepare.ts";
import type { Bench, Benchmark } from "../frame/benchmark.ts";
import { openBrowser } from "../frame/browser.ts";
import { ADMIN } from "../frame/product-processes.ts";
import { framesInTurn, frameTable, openPlainList, type Subject } from "../look/frames-in-turn.ts";
import { loadCold } from "../look/page-load.ts";
import { signedIn } from "../look/session.ts";
import { type LockPageHouse, openLockPageHouse } from "./lock-page-house.ts";

const HELD = 10_000;
const WAITING = 2_000;
const ROUNDS = 5;
const SCROLL_MS = 4_000;
const ROW_PX = 46;

async function openOurs(browser: Browser, house: LockPageHouse, path: string, ready: string): Promise<Page> {
  const session = await signedIn(browser, house.url, ADMIN);
  const { page } = await loadCold(browser, `${house.url}${path}`, { ready, slowdown: 1, session });
  return page;
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
    {
      name: "a list of plain text that nothing happens to",
      page: await openPlainList(browser, held, ROW_PX),
    },
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
  const times = await framesInTurn(subjects, quick ? 1 : ROUNDS, quick ? 1_000 : SCROLL_MS);
  return {
    comparisons: [],
    cases: [
      {
        name: `${held.toLocaleString("en-US")} held, ${waiting.toLocaleString("en-US")} waiting, a circle of three among them, while a wheel turns`,
        cases: frameTable(subjects, times),
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
