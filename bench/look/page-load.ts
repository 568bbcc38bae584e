import { gzipSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { percentile } from "../frame/statistics.ts";

export type PageLoad = {
  /** Largest contentful paint, after the start of the navigation. */
  lcpMs: number;
  /** What long tasks take beyond 50 ms each, from the first paint until the page was left alone. */
  blockingMs: number;
  /** Cumulative layout shift, without unit. */
  cls: number;
  /** Script that ran, with gzip, whether or not the server sends it so. */
  scriptKb: number;
  /** The same as it was sent. */
  sentKb: number;
};

/** Of every page that is looked at. */
export const VIEWPORT = { width: 1440, height: 900 };
/** Long enough for what a page does by itself after it has loaded. */
const LEFT_ALONE_MS = 2_000;

/** Collects in the page what the browser observes; runs before the page's own scripts. */
function observe(): void {
  const seen = { lcp: 0, blocking: 0, cls: 0, slowest: 0 };
  Object.assign(globalThis, { __seen: seen });
  const watch = (type: string, each: (entry: PerformanceEntry) => void, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({
      type,
      buffered: true,
      ...more,
    });
  watch("largest-contentful-paint", ({ startTime }) => {
    seen.lcp = startTime;
  });
  watch("longtask", ({ duration }) => {
    seen.blocking += duration - 50;
  });
  watch("layout-shift", (entry) => {
    const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
    if (!shift.hadRecentInput) seen.cls += shift.value;
  });
  watch(
    "event",
    ({ duration }) => {
      seen.slowest = Math.max(seen.slowest, duration);
    },
    { durationThreshold: 16 },
  );
}

type Seen = { lcp: number; blocking: number; cls: number; slowest: number };
const seenBy = (page: Page): Promise<Seen> =>
  page.evaluate(() => (globalThis as unknown as { __seen: Seen }).__seen);

/**
 * Opens the address in a browser that has kept nothing, on a CPU that is `slowdown` times slower.
 * `ready` is a selector of what a person came for.
 */
export async function loadCold(
  browser: Browser,
  url: string,
  options: { ready: string; slowdown: number; session?: BrowserContextOptions["storageState"] },
): Promise<{ load: PageLoad; page: Page; close: () => Promise<void> }> {
  const context = await browser.newContext({
    viewport: VIEWPORT,
    ...(options.session && { storageState: options.session }),
  });
  const page = await context.newPage();
  await page.addInitScript(observe);
  const devtools = await context.newCDPSession(page);
  if (options.slowdown > 1) await devtools.send("Emulation.setCPUThrottlingRate", { rate: options.slowdown });

  const scripts: Promise<{ plain: Buffer; sent: number }>[] = [];
  page.on("requestfinished", (request) => {
    if (request.resourceType() !== "script") return;
    scripts.push(
      Promise.all([request.response(), request.sizes()]).then(async ([response, sizes]) => ({
        plain: (await response?.body()) ?? Buffer.alloc(0),
        sent: sizes.responseBodySize,
      })),
    );
  });
  await page.goto(url, { waitUntil: "load" });
  await page.waitForSelector(options.ready);
  // Script counts until the page stands; what links fetch ahead for other pages comes later.
  const ran = await Promise.all([...scripts]);
  await page.waitForTimeout(LEFT_ALONE_MS);
  const { lcp, blocking, cls } = await seenBy(page);
  const kb = (bytes: readonly number[]) => bytes.reduce((sum, each) => sum + each, 0) / 1000;
  return {
    load: {
      lcpMs: lcp,
      blockingMs: blocking,
      cls,
      scriptKb: kb(ran.map(({ plain }) => gzipSync(plain).length)),
      sentKb: kb(ran.map(({ sent }) => sent)),
    },
    page,
    close: () => context.close(),
  };
}

/** The slowest answer of the page to what was done to it meanwhile, from the input to the next frame. */
export async function slowestInteraction(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    (globalThis as unknown as { __seen: Seen }).__seen.slowest = 0;
  });
  await act();
  await page.waitForTimeout(200);
  return (await seenBy(page)).slowest;
}

/** How frames came one after the other. */
export type FrameTimes = {
  perSecond: number;
  p99Ms: number;
  longestMs: number;
  /** CPU time of the page's main thread for each frame, in milliseconds: the same however busy the machine is. */
  cpuMs: number;
};

/** CPU time that the page's main thread took so far, in seconds. */
async function mainThreadSeconds(
  page: Page,
): Promise<{ read: () => Promise<number>; end: () => Promise<void> }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  return {
    async read() {
      const { metrics } = await devtools.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
    },
    end: () => devtools.detach(),
  };
}

/** The frames while a wheel turns over the middle of the page for so long. */
export async function frameTimes(page: Page, forMs: number): Promise<FrameTimes> {
  await page.mouse.move(VIEWPORT.width / 2, VIEWPORT.height / 2);
  const cpu = await mainThreadSeconds(page);
  const before = await cpu.read();
  const seen = page.evaluate(
    (ms) =>
      new Promise<{ lasted: number; gaps: number[] }>((resolve) => {
        const gaps: number[] = [];
        const from = performance.now();
        let last = from;
        const next = (now: number): void => {
          gaps.push(now - last);
          last = now;
          if (now - from < ms) requestAnimationFrame(next);
          else resolve({ lasted: now - from, gaps });
        };
        requestAnimationFrame(next);
      }),
    forMs,
  );
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    await page.mouse.wheel(0, 120);
    await page.waitForTimeout(16);
  }
  const { lasted, gaps } = await seen;
  const cpuMs = (((await cpu.read()) - before) * 1000) / gaps.length;
  await cpu.end();
  return {
    cpuMs,
    perSecond: (gaps.length * 1000) / lasted,
    p99Ms: percentile(gaps, 0.99),
    longestMs: Math.max(...gaps),
  };
}

/** Frames a second while a wheel turns over the middle of the list for so long. */
export const scrollingFrames = async (page: Page, forMs: number): Promise<number> =>
  (await frameTimes(page, forMs)).perSecond;
