import type { Browser, Page } from "@playwright/test";
import { buildWeb } from "../../scripts/start/prepare.ts";
import type { Bench, Benchmark, CaseTable } from "../frame/benchmark.ts";
import { openBrowser } from "../frame/browser.ts";
import { under } from "../frame/goals.ts";
import { ADMIN } from "../frame/product-processes.ts";
import { percentile } from "../frame/statistics.ts";
import { framesInTurn, frameTable, openPlainList, type Subject } from "../look/frames-in-turn.ts";
import { loadCold } from "../look/page-load.ts";
import { signedIn } from "../look/session.ts";
import { type AgentPageHouse, openAgentPageHouse } from "./agent-page-house.ts";

const AGENTS = 1000;
const ROUNDS = 5;
const SCROLL_MS = 4_000;
const ROW_PX = 54;
/** Left alone for so long, a page shows how old what it shows gets, and how much it reads. */
const REST_MS = 20_000;
const CHANGES = 10;
/** A heartbeat every ten seconds, gathered for one and a quarter, and a moment on its way. */
const OLDEST_SECONDS = 13;
const READS_A_MINUTE = 60;
const SEEN_MS = 1_500;

async function openOurs(browser: Browser, house: AgentPageHouse, path: string): Promise<Page> {
  const session = await signedIn(browser, house.url, ADMIN);
  const ready = "li[aria-posinset] time";
  const { page } = await loadCold(browser, `${house.url}${path}`, { ready, slowdown: 1, session });
  return page;
}

/** The age of the oldest heartbeat on screen while nobody touches the page, and what it reads meanwhile. */
async function leftAlone(page: Page, ms: number): Promise<{ oldestSeconds: number; readsAMinute: number }> {
  await page.bringToFront();
  let reads = 0;
  const count = (request: { url: () => string }) => {
    if (request.url().includes("/api/trpc/views.agentCards")) reads += 1;
  };
  page.on("request", count);
  const from = performance.now();
  let oldestSeconds = 0;
  while (performance.now() - from < ms) {
    const times = await page.$$eval("li[aria-posinset] time", (all) =>
      all.map((time) => (Date.now() - Date.parse(time.getAttribute("datetime") ?? "")) / 1000),
    );
    oldestSeconds = Math.max(oldestSeconds, ...times);
    await page.waitForTimeout(500);
  }
  page.off("request", count);
  return { oldestSeconds, readsAMinute: (reads * 60_000) / ms };
}

/** From a heartbeat that changes how an agent is, stored, until its card says so, in milliseconds. */
async function changesSeen(page: Page, house: AgentPageHouse, times: number): Promise<number[]> {
  await page.bringToFront();
  const card = page.getByRole("listitem").filter({ hasText: house.nameOf(0) });
  const seen: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const isActive = turn % 2 === 0;
    const shown = card.getByText(isActive ? "Active" : "Idle", { exact: true }).waitFor();
    await house.beat(0, isActive ? 1 : 0);
    const from = performance.now();
    await shown;
    seen.push(performance.now() - from);
  }
  return seen;
}

async function liveCases(subjects: readonly Subject[], house: AgentPageHouse, quick: boolean) {
  const cases: CaseTable["cases"] = [];
  for (const { name, page } of subjects) {
    const { oldestSeconds, readsAMinute } = await leftAlone(page, quick ? REST_MS / 10 : REST_MS);
    const seen = await changesSeen(page, house, CHANGES);
    const [median, slowest] = [percentile(seen, 0.5), Math.max(...seen)];
    cases.push({
      name,
      figures: {
        "oldest heartbeat on screen s": oldestSeconds,
        "reads a minute": readsAMinute,
        "a change is seen after ms": median,
        "slowest ms": slowest,
      },
      goals: [
        under("the oldest heartbeat", oldestSeconds, OLDEST_SECONDS, "s"),
        under("reads", readsAMinute, READS_A_MINUTE, "a minute"),
        under("the slowest change", slowest, SEEN_MS, "ms"),
      ],
    });
  }
  return cases;
}

async function run({ servers, quick }: Bench) {
  await buildWeb();
  const count = quick ? AGENTS / 10 : AGENTS;
  await using opened = new AsyncDisposableStack();
  const house = await openAgentPageHouse(servers, count);
  opened.defer(house.stop);
  const browser = await openBrowser();
  opened.defer(() => browser.close());
  const ours: Subject[] = [
    { name: "/agents, as cards", page: await openOurs(browser, house, "/agents") },
    { name: "/agents, as a list", page: await openOurs(browser, house, "/agents?view=list") },
  ];
  const live = await liveCases(ours, house, quick);
  const plain = await openPlainList(browser, count, ROW_PX);
  const subjects = [{ name: "a list of plain text that nothing happens to", page: plain }, ...ours];
  const times = await framesInTurn(subjects, quick ? 1 : ROUNDS, quick ? 1_000 : SCROLL_MS);
  const fleet = `${count.toLocaleString("en-US")} agents with a heartbeat every 10 s`;
  return {
    comparisons: [],
    cases: [
      { name: `${fleet}, left alone`, cases: live },
      { name: `${fleet}, while a wheel turns`, cases: frameTable(subjects, times) },
    ],
    notes: [
      "Chromium without a graphics card at 1440x900, an admin's session. Each agent beats by its own key through the API, as programs do.",
      "Reads are those of cards; a change is one of an agent in view, from the answer to its heartbeat until its card says so.",
    ],
  };
}

export const agentPage: Benchmark = {
  name: "agent-page",
  title: "The agents page in Chromium",
  reference: "a list of as many lines of plain text in the same browser",
  goal: "1,000 agents with heartbeats every 10 s stay live in one dashboard at 60 frames a second, or all that the plain list has",
  run,
};
