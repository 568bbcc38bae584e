import { gzipSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Page } from "@playwright/test";

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

const VIEWPORT = { width: 1440, height: 900 };
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

/** Frames a second while a wheel turns over the middle of the list for so long. */
export async function scrollingFrames(page: Page, forMs: number): Promise<number> {
  await page.mouse.move(VIEWPORT.width / 2, VIEWPORT.height / 2);
  const frames = page.evaluate(
    (ms) =>
      new Promise<number>((resolve) => {
        let count = 0;
        const from = performance.now();
        const next = (now: number): void => {
          count += 1;
          if (now - from < ms) requestAnimationFrame(next);
          else resolve((count * 1000) / (now - from));
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
  return frames;
}
