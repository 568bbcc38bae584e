import { ensureChromium } from "@ade/embedded/chromium";
import { type Browser, chromium } from "@playwright/test";

/** Without a graphics card pages are drawn by software: frames cost the CPU more than on a desk. */
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];

/** A Chromium as the journeys use it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: ensureChromium(() => undefined), args: FLAGS });
}
