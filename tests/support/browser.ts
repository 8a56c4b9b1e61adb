/**
 * A real browser, from npm, without a display and as root: what CI has.
 *
 * @module
 */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** A browser that closes with the block. */
export interface RunningBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

/**
 * Starts Chromium. Its package also brings arguments for AWS Lambda, which are not taken: they switch off the same-origin
 * policy, and with it what a test of a page is about.
 */
export async function startBrowser(): Promise<RunningBrowser> {
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    // Root has no sandbox; containers have little shared memory.
    args: [
      "--headless=shell",
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--font-render-hinting=none",
    ],
    headless: true,
  });
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}
