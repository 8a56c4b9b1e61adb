/// <reference lib="dom" />
import type { Browser, Page } from "playwright-core";
import { startPlatform } from "../../local/platform.ts";
import { startBrowser } from "../../tests/support/browser/browser.ts";
import { serveConsole } from "../../local/console/serve.ts";
import type { Benchmark, Result } from "../benchmark.ts";
import { percentile, ratios } from "../statistics.ts";

/** What a person should wait for at most, in milliseconds. */
const LIMIT_MS = 1000;

/** How long the console page is white, in a browser that has never seen it, against a page with one word. */
export const consoleFirstPaint: Benchmark = {
  name: "console-first-paint",
  description:
    `until the console page paints, and until it is complete (goal ${LIMIT_MS} ms to the first paint)`,
  run: async ({ quick, progress }) => {
    progress("starting a platform and a browser");
    await using platform = await startPlatform({ vendors: true, history: true });
    await using page = await serveConsole(platform);
    await using running = await startBrowser();
    const empty = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () =>
        new Response("<!doctype html><title>One</title><p>word", {
          headers: { "content-type": "text/html" },
        }),
    );
    const found: Record<"first" | "complete" | "bare", number[]> = { first: [], complete: [], bare: [] };
    try {
      // The first of each pays for the browser's own start.
      for (let round = 0; round <= (quick ? 3 : 20); round++) {
        const bare = await inNewProfile(running.browser, async (tab) => {
          await tab.goto(`http://127.0.0.1:${empty.addr.port}/`);
          return await firstPaint(tab);
        });
        const own = await inNewProfile(running.browser, (tab) => open(tab, page.url));
        if (round === 0) continue;
        found.bare.push(bare);
        found.first.push(own.first);
        found.complete.push(own.complete);
        progress(`round ${round}`);
      }
    } finally {
      await empty.shutdown();
    }
    return {
      results: [
        compare("first paint", found.first, found.bare),
        compare("all charts drawn", found.complete, found.bare),
      ],
      notes: [
        "console-first-paint: signed in, nothing in the browser's cache. Complete is the page of an integration with thirty " +
        "days of runs, all of it loaded and drawn.",
      ],
    };
  },
};

/** The page of a person who is signed in, loaded with an empty cache. */
async function open(tab: Page, url: string): Promise<{ first: number; complete: number }> {
  await tab.goto(url);
  await tab.getByRole("button", { name: "Astrid Admin" }).click();
  await tab.locator("manual-sync-button button").waitFor();
  const session = await tab.context().newCDPSession(tab);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await tab.reload();
  await tab.locator(".plot svg").nth(2).waitFor();
  return { first: await firstPaint(tab), complete: await tab.evaluate(() => performance.now()) };
}

/** Milliseconds from the start of the navigation. */
function firstPaint(tab: Page): Promise<number> {
  return tab.evaluate(() =>
    new Promise<number>((resolve) => {
      new PerformanceObserver((list) => {
        const [paint] = list.getEntriesByName("first-contentful-paint");
        if (paint !== undefined) resolve(paint.startTime);
      }).observe({ type: "paint", buffered: true });
    })
  );
}

async function inNewProfile<T>(browser: Browser, work: (tab: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  try {
    return await work(await context.newPage());
  } finally {
    await context.close();
  }
}

function compare(name: string, measured: readonly number[], reference: readonly number[]): Result {
  const bare = percentile(reference, 0.5);
  return {
    benchmark: consoleFirstPaint.name,
    case: name,
    unit: "ms",
    measured: percentile(measured, 0.5),
    reference: bare,
    ratio: ratios(measured, reference),
    // A ratio, as every goal: the limit in units of the reference.
    ...(name === "first paint" ? { goal: { atMost: Number((LIMIT_MS / bare).toFixed(1)) } } : {}),
  };
}
